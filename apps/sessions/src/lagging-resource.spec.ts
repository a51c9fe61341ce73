import type { Bucket, BucketEntry, Bus } from '@waggle/bus';
import { Resources as Client } from '@waggle/memory';
import { memoryKeys } from '@waggle/protocol';
import type { Log } from '@waggle/service';
import { cleanupLater, eventually, ModelBroker, ModelBus } from '@waggle/testkit';
import type { Alarms } from './alarms.js';
import type { FlowSignals } from './flow-signals.js';
import { Questions } from './questions.js';
import { Resources } from './resources.js';
import { manifest } from './sessions.manifest.js';
import { Documents } from './store/documents.js';

/** A bus whose replica answers so many times what it knew before. */
const lagging = (over: Bus): { bus: Bus; lag: { known?: BucketEntry; answers: number } } => {
  const lag: { known?: BucketEntry; answers: number } = { answers: 0 };
  const bucket: Bus['bucket'] = (name) => {
    const there = over.bucket(name);
    const get: Bucket['get'] = (key) => (lag.answers > 0 ? Promise.resolve((lag.answers--, lag.known)) : there.get(key));
    return { get, watch: (...given) => there.watch(...given) } as Bucket;
  };
  const bus = new Proxy(over, {
    get: (target, name) => {
      if (name === 'bucket') return bucket;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { bus, lag };
};

/** On a cluster a replica may lag behind: what was told live it does not know yet. */
describe('a resource behind a replica that lags', () => {
  it('is taken up when its turn comes, long before the turn is over', async () => {
    const broker = new ModelBroker({ manifests: [manifest] });
    const service = new ModelBus(broker, 'sessions');
    const alarms = { on: () => undefined, arm: async () => 'alarm', disarm: async () => undefined } as unknown as Alarms;
    const resources = new Resources(service, new Documents(service, {} as Log), alarms, {} as FlowSignals);
    const questions = new Questions(service, [resources], {} as Log);
    await questions.start();
    cleanupLater(() => questions.stop());
    const { bus, lag } = lagging(new ModelBus(broker, 'ben'));
    const held = await new Client(new ModelBus(broker, 'ada'), { tenant: 't1' }).acquire('press');
    const coming = new Client(bus, { tenant: 't1' }).acquire('press');
    const key = memoryKeys.resource('t1', 'press');
    const before = await eventually(async () => {
      const entry = await service.bucket('SESSIONS').get(key);
      return entry?.text().includes('"agent":"ben"') && entry;
    });
    lag.known = before;
    lag.answers = 3;
    await held.release();
    await (await coming).release();
    expect(lag.answers).toBe(0);
  }, 8_000);
});
