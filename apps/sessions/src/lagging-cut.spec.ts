import type { Bus } from '@waggle/bus';
import type { SessionState } from '@waggle/protocol';
import type { Log } from '@waggle/service';
import { ModelBroker, ModelBus } from '@waggle/testkit';
import { Cuts } from './cuts.js';
import { manifest } from './sessions.manifest.js';
import { Documents } from './store/documents.js';
import { MemoryStore } from './store/memory-store.js';

const PLACE = { tenant: 't1', session: 's1' };

/** On a cluster any replica may answer a read: here one that never learns of anything. */
it('a cut holds what stood there, though a key is written meanwhile and the replica that is asked lags behind', async () => {
  const broker = new ModelBroker({ manifests: [manifest] });
  const writer = new MemoryStore(new ModelBus(broker, 'sessions'));
  const write = async (value: number): Promise<void> =>
    void (await writer.write({ ...PLACE, key: 'x' }, `r${value}`, async () => ({
      write: { by: 'ada', request: `r${value}`, write: 'set', value },
    })));
  const bus: Bus = new ModelBus(broker, 'sessions', { staleness: () => 0 });
  const figures = bus.figures.bind(bus);
  // the cut is made here
  bus.figures = async (stream) => {
    const known = await figures(stream);
    await write(2);
    return known;
  };
  await write(1);
  const store = new MemoryStore(bus);
  const cuts = new Cuts(bus, store, new Documents(bus, {} as Log));
  const cut = await cuts.make({ ...PLACE, name: 'c', request: 'q', by: 'ada' }, { effects: [] } as unknown as SessionState);
  expect(await cuts.entriesOf('t1', cut)).toEqual({ x: { version: 1, value: 1 } });
  expect(broker.streams.get('KV_MEMORY')!.lastSequence).toBe(2);
});
