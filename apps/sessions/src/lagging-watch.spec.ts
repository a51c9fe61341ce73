import { Sessions as Client } from '@waggle/memory';
import { memoryKeys, subjects } from '@waggle/protocol';
import type { Log } from '@waggle/service';
import { cleanupLater, directNetwork, eventually, ModelBroker, ModelBus } from '@waggle/testkit';
import { Memory } from './memory.js';
import { Questions } from './questions.js';
import { manifest } from './sessions.manifest.js';
import type { Sessions } from './sessions.js';
import { MemoryStore } from './store/memory-store.js';

const [TENANT, SESSION] = ['t1', 's1'];

/** On a cluster any replica may answer a read: one that lags, then one that does not, then the first again. */
describe('memory watched behind a replica that lags', () => {
  const rig = async () => {
    const broker = new ModelBroker({ manifests: [manifest] });
    // the service's own replica never learns of anything
    const service = new ModelBus(broker, 'sessions', { staleness: () => 0 });
    const sessions = { writable: async () => ({ keys: {} }) } as unknown as Sessions;
    const memory = new Memory(service, new MemoryStore(service), sessions);
    const questions = new Questions(service, [memory], {} as Log);
    await questions.start();
    const network = { ...directNetwork(), deaf: false };
    const { toClient } = network;
    network.toClient = (cargo, work) => (cargo === 'live' && network.deaf ? undefined : toClient(cargo, work));
    // how much of MEMORY the replicas know that the next reads come to, the last one for good
    const knows = [Infinity];
    const bus = new ModelBus(broker, 'alice', { network, staleness: () => (knows.length > 1 ? knows.shift()! : knows[0]!) });
    const ada = new Client(new ModelBus(broker, 'ada'), { tenant: TENANT }).session(SESSION).memory;
    const alice = new Client(bus, { tenant: TENANT }).session(SESSION).memory;
    const stop = new AbortController();
    const told: [string, unknown][] = [];
    const watching = (async () => {
      for await (const { key, value, deleted } of alice.watch<unknown>('>', { current: true, signal: stop.signal }))
        told.push([key, deleted ? 'deleted' : value]);
    })();
    cleanupLater(async () => {
      stop.abort();
      await watching;
      await questions.stop();
    });
    const until = (key: string, value: unknown) => eventually(() => told.some(([k, v]) => k === key && v === value));
    await ada.set('begin', 0);
    await until('begin', 0);
    told.length = 0;
    /** Nothing happened, and it looks all the same. */
    const wake = async (key: string): Promise<void> => {
      new ModelBus(broker, 'ada').emit(subjects.kvFeed('MEMORY', memoryKeys.memory(TENANT, SESSION, key)), '{}');
    };
    return { broker, bus, network, knows, ada, told, until, wake };
  };

  it('tells of the newest write and of a deletion, though the replica that is asked never learns of them', async () => {
    const { broker, knows, ada, told, until } = await rig();
    knows[0] = broker.streams.get('KV_MEMORY')!.lastSequence;
    await ada.set('x', 1);
    await until('x', 1);
    await ada.set('x', 2);
    await until('x', 2);
    await ada.delete('x');
    await until('x', 'deleted');
    expect(told).toEqual([
      ['x', 1],
      ['x', 2],
      ['x', 'deleted'],
    ]);
  });

  it('does not step back to what a replica still has, nor takes for gone what it does not know yet', async () => {
    const { knows, ada, told, until, wake } = await rig();
    const first = await ada.set('x', 1);
    await ada.set('x', 2);
    await until('x', 2);
    await ada.set('y', 1);
    await ada.delete('y');
    await until('y', 'deleted');
    told.length = 0;
    for (const limit of [0, first]) {
      knows[0] = limit;
      for (const key of ['x', 'y']) await wake(key);
      await ada.set('end', limit);
      await until('end', limit);
    }
    expect(told.map(([key]) => key)).toEqual(['end', 'end']);
  });

  it('tells of a value with a time to live, though its lease is read from a replica that has none', async () => {
    const { knows, ada, told, until } = await rig();
    knows.splice(0, 1, Infinity, 0, Infinity);
    await ada.set('short', 'lives', { ttl: 60 });
    await until('short', 'lives');
    expect(told).toEqual([['short', 'lives']]);
  });

  it('finds after a break what was deleted and written, though its replica does not know', async () => {
    const { broker, bus, network, knows, ada, told, until } = await rig();
    await ada.set('x', 1);
    await ada.set('y', 1);
    await until('y', 1);
    told.length = 0;
    bus.disconnect();
    network.deaf = true;
    knows[0] = broker.streams.get('KV_MEMORY')!.lastSequence;
    await ada.delete('x');
    await ada.set('y', 2);
    await new Promise(setImmediate);
    network.deaf = false;
    bus.reconnect();
    await until('x', 'deleted');
    await until('y', 2);
    expect(told).toHaveLength(2);
  });

  it('does not take for gone what was given a time to live a moment ago', async () => {
    const { ada } = await rig();
    const version = await ada.set('short', 'lives', { ttl: 60 });
    await expect(ada.set('short', 'over it', { expect: 0 })).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect((await ada.forceSync()).map(({ key, version: there }) => [key, there])).toContainEqual(['short', version]);
  });
});
