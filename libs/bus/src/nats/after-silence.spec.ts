import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterSilence } from './after-silence.js';

const standStill = (millis: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis);

describe('after silence', () => {
  it('is called once what came while the process stood still has been read', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const far = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [near] = (await once(server, 'connection')) as [typeof far];
    const heard: string[] = [];
    near.on('data', () => heard.push('data'));
    const silent = new Promise<void>((resolve) => {
      afterSilence(20, () => {
        heard.push('silence');
        resolve();
      });
    });
    far.write('x');
    standStill(100);
    await silent;
    expect(heard).toEqual(['data', 'silence']);
    far.destroy();
    near.destroy();
    server.close();
  });

  it('is not called once it is called off, also at the last moment', async () => {
    let called = 0;
    const count = (): void => void called++;
    afterSilence(1, count)();
    const stop = afterSilence(1, count);
    // between the timer and what follows it: all are due in one turn
    const stopped = new Promise<void>((resolve) => setTimeout(() => resolve(stop()), 1));
    standStill(20);
    await stopped;
    await new Promise(setImmediate);
    expect(called).toBe(0);
  });
});
