import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanupLater } from '@waggle/testkit';

/** A way to a broker on which each piece of its answers takes so many milliseconds, one after the other. Ends after the tests. */
export const slowWay = async (port: number, millis: number): Promise<string> => {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    let line = Promise.resolve();
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => void [near.destroy(), far.destroy()]);
    }
    near.pipe(far);
    far.on('data', (piece) => {
      line = line.then(() => sleep(millis)).then(() => void near.write(piece));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  cleanupLater(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `nats://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
