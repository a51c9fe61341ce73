import { createMessage, MESSAGE_TYPES, SHARED, subjects, type FlowShare, type WaitEntry } from '@waggle/protocol';
import type { Log } from '@waggle/service';
import { eventually, ModelBroker, ModelBus } from '@waggle/testkit';
import { Audit } from './audit.js';
import { Deliveries } from './deliveries.js';
import { FlowShares } from './flow-shares.js';
import type { FlowSignals } from './flow-signals.js';
import type { Resources } from './resources.js';
import { manifest } from './sessions.manifest.js';
import type { SyncPoints } from './sync-points.js';

const SUBJECT = subjects.wait('t1', SHARED, 'task', 'f1');

const entry = (data: FlowShare): string => {
  const payload: WaitEntry = { kind: SHARED, key: 'task', flowId: 'f1', data };
  return JSON.stringify(createMessage({ type: MESSAGE_TYPES.wait, from: 'coordinator', tenant: 't1', payload }));
};

describe('what flows ask to share', () => {
  it('is forgotten once it was dealt with, but not what was written there since', async () => {
    const broker = new ModelBroker({ manifests: [manifest] });
    const [see, bus] = [new ModelBus(broker, 'coordinator'), new ModelBus(broker, 'sessions')];
    let releases = 0;
    // the release comes while the request is dealt with, and has to come again
    const resources = {
      askFor: async () => {
        await see.publish(SUBJECT, entry({ kind: 'release', resources: ['furnace'] }));
        await eventually(() => releases > 0);
      },
      releaseOf: () => (releases++ === 0 ? Promise.reject(new Error('the broker is away')) : Promise.resolve()),
    };
    const log = { warn: () => undefined } as unknown as Log;
    const deliveries = new Deliveries(bus, new Audit(bus), log);
    const shares = new FlowShares(bus, resources as unknown as Resources, {} as SyncPoints, {} as FlowSignals, deliveries);
    await shares.start();
    await see.publish(SUBJECT, entry({ kind: 'resource', key: 'furnace', slots: 1, priority: 'normal', owner: 'ann', step: 's' }));
    await eventually(() => releases === 2);
    await eventually(async () => (await see.read('WAIT', SUBJECT)).length === 0);
    await shares.stop();
  });
});
