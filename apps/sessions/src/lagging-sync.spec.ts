import { Sessions as Client } from '@waggle/memory';
import type { Log } from '@waggle/service';
import { cleanupLater, ModelBroker, ModelBus } from '@waggle/testkit';
import type { Alarms } from './alarms.js';
import { Questions } from './questions.js';
import { manifest } from './sessions.manifest.js';
import type { Sessions } from './sessions.js';
import { Documents } from './store/documents.js';
import { SyncPoints } from './sync-points.js';
import type { Tellers } from './tellers.js';

/** On a cluster any replica may answer a read: here one that never learns of anything. */
describe('a sync point behind a replica that lags', () => {
  it('is waited for by who has come to it, and unknown only where the leader knows none', async () => {
    const broker = new ModelBroker({ manifests: [manifest] });
    const bus = (name: string): ModelBus => new ModelBus(broker, name, { staleness: () => 0 });
    const service = bus('sessions');
    const sessions = { writable: async () => undefined } as unknown as Sessions;
    const alarms = { on: () => undefined, arm: async () => 'alarm', disarm: async () => undefined } as unknown as Alarms;
    const tellers = { ended: async () => undefined } as unknown as Tellers;
    const points = new SyncPoints(new Documents(service, {} as Log), sessions, alarms, tellers);
    const questions = new Questions(service, [points], {} as Log);
    await questions.start();
    cleanupLater(() => questions.stop());
    const [ada, ben] = ['ada', 'ben'].map((name) => new Client(bus(name), { tenant: 't1' }).session('crew').sync('there'));
    await expect(ada!.await()).rejects.toMatchObject({ code: 'SYNC_UNKNOWN' });
    await ada!.create({ expect: 2, timeout: 20_000 });
    const going = ada!.reach();
    expect((await ben!.reach()).state).toBe('complete');
    expect((await going).state).toBe('complete');
  });
});
