import type { Bus } from '@waggle/bus';
import type { Input } from '@waggle/flow';
import { subjects } from '@waggle/protocol';
import { ModelBroker, ModelBus } from '@waggle/testkit';
import { TENANT } from '../testing/client.js';
import { isForeign, UnknownFlows } from './unknown-flows.js';

type Signal = Extract<Input, { kind: 'signal' }>;

describe('flows that signals speak of', () => {
  let broker: ModelBroker;
  let see: ModelBus;
  let reads: string[];

  /** `seen`: the sequence of SUBMIT up to which it sees. */
  const asked = (seen = Infinity): UnknownFlows => {
    const bus = new ModelBus(broker, 'coordinator', { staleness: ({ name }) => (name === 'SUBMIT' ? seen : Infinity) });
    const counted = { read: (...given: Parameters<Bus['read']>) => (reads.push(given[0]), bus.read(...given)) } as Bus;
    return new UnknownFlows(counted);
  };
  const signal = async (flowId: string, id: string): Promise<Signal> => {
    const { sequence } = (await see.publish(subjects.signal(TENANT, 'ann', flowId, id), '{}')) as { sequence: number };
    const about = { kind: 'signal', speaker: 'ann', operator: false, id, signal: 'cancel' } as const;
    return { ...about, origin: { stream: 'SUBMIT', sequence }, at: 0 };
  };
  const submit = (owner: string, flowId: string) => see.publishOnce('SUBMIT', subjects.submit(TENANT, owner, flowId), '{}');
  const key = (flowId: string) => ({ tenant: TENANT, flowId });

  beforeEach(() => {
    reads = [];
    broker = new ModelBroker({ partitions: 1, manifests: [] });
    see = new ModelBus(broker, 'see');
  });

  it('are unknown where there is neither a submission, whosever, nor a log', async () => {
    await submit('ann', 'hers');
    await submit('ben', 'his');
    await see.publish(subjects.flow(TENANT, 'old'), '{}');
    const flows = asked();
    const answers = ['hers', 'his', 'old', 'none'].map(async (id) =>
      flows.isUnknown(key(id), [await signal(id, 's1'), await signal(id, 's2')]),
    );
    expect(await Promise.all(answers)).toEqual([false, false, false, true]);
  });

  it('are asked for together', async () => {
    const flows = asked();
    const signals = await Promise.all(Array.from({ length: 500 }, (_, i) => signal(`f${i}`, 's')));
    const answers = await Promise.all(signals.map((one, i) => flows.isUnknown(key(`f${i}`), [one])));
    expect(answers.every((unknown) => unknown)).toBe(true);
    expect(reads).toEqual(['SUBMIT', 'FLOW', 'SUBMIT', 'FLOW']);
  });

  it('may be known where a replica answers that has not the newest of the signals', async () => {
    await submit('ann', 'hers');
    const signals = [await signal('hers', 's'), await signal('none', 's')];
    const answers = async (flows: UnknownFlows) =>
      Promise.all([flows.isUnknown(key('hers'), [signals[0]!]), flows.isUnknown(key('none'), [signals[1]!])]);
    expect(await answers(asked(0))).toEqual([false, false]);
    expect(await answers(asked(2))).toEqual([false, false]);
    expect(await answers(asked(3))).toEqual([false, true]);
  });

  it('are asked for again after a failure', async () => {
    const one = await signal('none', 's');
    let fails = true;
    const bus = { read: async () => Promise.reject(new Error('no broker')) } as unknown as Bus;
    const flows = new UnknownFlows({ read: (...given: Parameters<Bus['read']>) => (fails ? bus : see).read(...given) } as Bus);
    await expect(flows.isUnknown(key('none'), [one])).rejects.toThrow('no broker');
    fails = false;
    expect(await flows.isUnknown(key('none'), [one])).toBe(true);
  });

  it('are not asked for where the services speak, or another stream', async () => {
    const one = await signal('none', 's');
    expect(isForeign(one)).toBe(true);
    expect(isForeign({ ...one, speaker: 'coordinator' })).toBe(false);
    expect(isForeign({ ...one, origin: { stream: 'ESCALATION', sequence: 1 } })).toBe(false);
  });
});
