import type { Bus } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import { eventually, scriptedAgent, type TestBroker } from '@waggle/testkit';
import { Engine } from './engine/engine.js';
import { TENANT, TestClient } from './testing/client.js';
import { eventsOf, logOf, SKILL, testMesh } from './testing/mesh.js';
import { startReplica } from './testing/replica.js';

/** Found by `npm run simulate`: seeds 8 and 145, 139, 7357, and 920435. */
describe('what a replica appended and died before it said', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;

  beforeAll(async () => {
    ({ broker, see } = await testMesh({ partitions: 1 }));
    client = await TestClient.join(broker);
    await scriptedAgent(await broker.busFor('worker'), {
      beat: 0,
      script: ({ dispatch, flowId }) => {
        if (flowId === 'again' && dispatch.attempt === 1) throw new Error('once');
        if (flowId === 'buried' && dispatch.taskId === 'a') throw new Error('for good');
        return flowId === 'hangs' || flowId === 'again' ? 'never' : { output: dispatch.input };
      },
    });
  });

  it('is said though another was asked about the flow meanwhile: the end of a flow is not closed unsaid', async () => {
    const first = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    await client.run({ skill: SKILL, input: 1 }, 'ended');
    await first.stop();
    const outcome = subjects.outcome(TENANT, 'client', 'ended');
    expect(await see.purge('FLOW', outcome)).toBe(1);
    const heir = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    const engine = heir.app.get(Engine);
    const key = { tenant: TENANT, flowId: 'ended' };
    const at = Date.now();
    const signal = { kind: 'signal', speaker: 'client', operator: false, id: 'late', signal: 'cancel' } as const;
    await engine.settle(key, [{ ...signal, origin: { stream: 'SUBMIT', sequence: 1_000 }, at }], 1);
    const origin = (await logOf(see, 'ended')).at(-1)!.inputs[0]!;
    const time = new Date(at).toISOString();
    const result = { kind: 'completed', instance: 'i', startedAt: time, endedAt: time } as const;
    await engine.settle(key, [{ kind: 'result', agent: 'worker', taskId: 'task', attempt: 1, result, origin, at }], 2);
    expect(await see.last('FLOW', outcome)).toBeDefined();
    await heir.stop();
  });

  it('is said before the outcome', async () => {
    const first = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    // more attempts than it can come to: the flow must be running when it is canceled
    const definition = { name: 'hangs', steps: [{ id: 'a', skill: SKILL, timeout: '1100ms', retry: { attempts: 100, initial: '0ms' } }] };
    await client.submit({ definition }, 'hangs');
    const stopped = subjects.abort(TENANT, 'worker', 'hangs', 'a', 1);
    await eventually(async () => (await see.last('PROGRESS', stopped)) && (await see.figures('INPUT')).messages === 0);
    await first.stop();
    await see.purge('PROGRESS', stopped);
    const heir = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    // an entry of its own first: from there on it knows what was said, and from there on only
    await (await TestClient.join(broker, 'stranger')).signal('hangs', 'cancel');
    await eventually(async () => (await eventsOf(see, 'hangs')).includes('signalIgnored'));
    await client.signal('hangs', 'cancel');
    await client.outcome('hangs');
    expect(await see.last('PROGRESS', stopped)).toBeDefined();
    await heir.stop();
  });

  it('is said before the outcome, whichever of its inputs comes again first', async () => {
    const first = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    const a = { id: 'a', skill: SKILL, retry: { attempts: 1 }, onFailure: 'continue' };
    await client.run({ definition: { name: 'buried', steps: [a, { id: 'b', skill: SKILL, after: ['a'] }] } }, 'buried');
    await first.stop();
    const [letter, outcome] = [subjects.dlq(TENANT, 'worker', 'buried', 'a'), subjects.outcome(TENANT, 'client', 'buried')];
    expect([await see.purge('DLQ', letter), await see.purge('FLOW', outcome)]).toEqual([1, 1]);
    const heir = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    const { inputs, n } = (await logOf(see, 'buried')).at(-1)!;
    expect(n).toBe(3);
    const at = Date.now();
    const time = new Date(at).toISOString();
    const result = { kind: 'completed', instance: 'i', startedAt: time, endedAt: time } as const;
    const again = { kind: 'result', agent: 'worker', taskId: 'b', attempt: 1, result, origin: inputs[0]!, at } as const;
    await heir.app.get(Engine).settle({ tenant: TENANT, flowId: 'buried' }, [again], 2);
    const said = await Promise.all([see.last('DLQ', letter), see.last('FLOW', outcome)]);
    expect(said.map((message) => message?.subject)).toEqual([letter, outcome]);
    await heir.stop();
  });

  it("is said by the broker's timer, which comes after the process's own decided, whatever comes with it", async () => {
    const first = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    const retry = { attempts: 2, initial: '50ms', jitter: 0 };
    await client.submit({ definition: { name: 'again', steps: [{ id: 'a', skill: SKILL, retry }] } }, 'again');
    const dispatched = subjects.task(TENANT, 'worker', 'normal', 'again', 'a', 2);
    await eventually(() => see.last('TASK', dispatched));
    await first.stop();
    expect(await see.purge('TASK', dispatched)).toBe(1);
    const heir = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    const failed = (await logOf(see, 'again')).find(({ events }) => events.some(({ type }) => type === 'attemptFailed'))!;
    const at = Date.now();
    const timer = { kind: 'timer', n: failed.n, origin: { stream: 'TIMER', sequence: 1_000 }, at } as const;
    // recorded as ignored: an entry of its own, in which the timer means nothing
    const signal = { kind: 'signal', speaker: 'stranger', operator: false, id: 'no', signal: 'cancel' } as const;
    const inputs = [timer, { ...signal, origin: { stream: 'SUBMIT', sequence: 1_001 }, at }];
    await heir.app.get(Engine).settle({ tenant: TENANT, flowId: 'again' }, inputs, 1);
    expect(await see.last('TASK', dispatched)).toBeDefined();
    await heir.stop();
  });
});
