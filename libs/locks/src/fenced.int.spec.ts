import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { agentManifest, type Manifest } from '@waggle/bus';
import { cleanupLater, testBroker, type TestBroker } from '@waggle/testkit';
import { createLocks, fenceOf } from './index.js';

jest.setTimeout(90_000);

const SCOPES = Array.from({ length: 1_000 }, (_, i) => `s${i}`);
const TTL = 2_000;

const writer = (name: string): Manifest =>
  agentManifest(name, { tenant: 't', buckets: { LOCKS: { write: ['t.>'] }, MEMORY: { write: ['t.fence.>'] } } });

describe('writes under a fence', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await testBroker({ secure: true, manifests: [writer('old'), writer('new'), writer('here')] });
  });

  const start = (name: string): ChildProcess => {
    const options = { url: broker.url, name, seed: broker.keys[name]!.seed, manifest: writer(name), scopes: SCOPES, ttl: TTL };
    const child = fork(join(__dirname, '../test/fence-process.mjs'), {
      env: { ...process.env, NODE_OPTIONS: '', FENCE: JSON.stringify(options) },
      execArgv: [],
    });
    cleanupLater(() => child.kill('SIGKILL'));
    return child;
  };
  const said = async <T>(child: ChildProcess): Promise<T> => ((await once(child, 'message')) as [T])[0];

  it('of a stopped holder that wakes after a newer one has written are refused, 1,000 of 1,000', async () => {
    const old = start('old');
    const first = await said<{ held: number[] }>(old);
    old.kill('SIGSTOP');
    const next = start('new');
    const second = await said<{ held: number[] }>(next);
    expect(second.held.filter((token, i) => token > first.held[i]!)).toHaveLength(SCOPES.length);
    next.send('write');
    // whether it still believes in all of them depends on how busy the machine is
    expect(await said(next)).toMatchObject({ written: SCOPES.length, codes: [], refused: 0 });
    old.send('write');
    old.kill('SIGCONT');
    expect(await said(old)).toEqual({ written: 0, codes: ['LOCK_FENCED'], refused: SCOPES.length, believed: 0 });
    const bus = await broker.busFor(writer('here'));
    for (const [i, scope] of SCOPES.entries()) {
      const stands = await bus.last('KV_MEMORY', `$KV.MEMORY.t.fence.${scope}`);
      expect([stands?.text(), fenceOf(stands)]).toEqual(['by new', second.held[i]]);
    }
    old.kill('SIGKILL');
    next.kill('SIGKILL');
  });

  it('go on from one another under one lock, and lose no update of two who share it', async () => {
    const bus = await broker.busFor(writer('here'));
    const locks = createLocks(bus, { tenant: 't' });
    const [a, b] = [await locks.acquire('shared', { mode: 'shared' }), await locks.acquire('shared', { mode: 'shared' })];
    const place = { bucket: 'MEMORY', key: 't.fence.count' } as const;
    const add = async (token: number, times: number): Promise<void> => {
      const lock = token === a.token ? a : b;
      const fenced = lock.fenced(place);
      for (let i = 0; i < times; i++) await fenced.update((value) => String(Number(value?.text() ?? 0) + 1));
    };
    // the older of the two is fenced off as soon as the newer has written
    await add(a.token, 10);
    await add(b.token, 10);
    await expect(add(a.token, 1)).rejects.toMatchObject({ code: 'LOCK_FENCED' });
    expect((await b.fenced(place).read())?.text()).toBe('20');
    await a.release();
    await b.release();
  });
});
