import type { Bus } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects } from '@waggle/protocol';
import { eventually, scriptedAgent, type TestBroker } from '@waggle/testkit';
import { TENANT, TestClient } from './testing/client.js';
import { setAckWait, takeInput } from './testing/input-queue.js';
import { eventsOf, logOf, SKILL, testMesh } from './testing/mesh.js';
import { startReplica } from './testing/replica.js';

describe('timers', () => {
  let broker: TestBroker;
  let see: Bus;
  let client: TestClient;

  beforeAll(async () => {
    ({ broker, see } = await testMesh({ partitions: 1 }));
    client = await TestClient.join(broker);
    await scriptedAgent(await broker.busFor('worker'), {
      beat: 0,
      slots: 256,
      script: ({ dispatch }) => {
        const input = dispatch.input as { hang?: boolean; fail?: number };
        if (input.hang) return 'never';
        if (dispatch.attempt <= (input.fail ?? 0)) throw new Error('not yet');
        return { output: dispatch.attempt };
      },
    });
  });

  it('many flows re-arm theirs many times, and none is lost', async () => {
    const replica = await startReplica(await broker.busFor('coordinator'));
    const retry = { attempts: 6, initial: '5ms', max: '40ms', jitter: 0.5 };
    const definition = {
      name: 'retrying',
      steps: [{ id: 'a', skill: SKILL, retry, input: '${{ input }}' }],
      output: '${{ steps.a.output }}',
    };
    const ids = await Promise.all(Array.from({ length: 100 }, () => client.submit({ definition, input: { fail: 4 } })));
    for (const id of ids) expect(await client.outcome(id, 60_000)).toMatchObject({ state: 'COMPLETED', output: 5 });
    await replica.stop();
  }, 90_000);

  it('fire with every coordinator stopped, and are obeyed by the next one', async () => {
    const first = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    const steps = [{ id: 'a', skill: SKILL, timeout: '300ms', input: { hang: true }, retry: { attempts: 1 } }];
    const flowId = await client.submit({ definition: { name: 'hanging', steps } });
    await eventually(async () => (await eventsOf(see, flowId)).includes('taskDispatched'));
    await first.stop();
    await eventually(async () => (await see.read('TIMER', subjects.timerDue(TENANT, flowId, '*'))).length > 0);
    const second = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    expect(await client.outcome(flowId)).toMatchObject({ state: 'FAILED', errors: [{ code: 'TASK_TIMEOUT' }] });
    expect(await see.read('PROGRESS', subjects.abort(TENANT, 'worker', flowId, '*', '*'))).toHaveLength(1);
    expect(await see.read('DLQ', subjects.dlq(TENANT, 'worker', flowId, '*'))).toHaveLength(1);
    await second.stop();
  });

  it('do not end an attempt whose result is stored, though its copy in INPUT is still on its way', async () => {
    const first = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    // time to stop before it is over
    const steps = [{ id: 'a', skill: SKILL, timeout: '1500ms', input: { hang: true } }];
    const flowId = await client.submit({ definition: { name: 'late', steps }, input: {} });
    await eventually(async () => (await eventsOf(see, flowId)).includes('taskDispatched'));
    await first.stop();
    const now = new Date().toISOString();
    const payload = { kind: 'completed' as const, output: 'in time', instance: 'i', startedAt: now, endedAt: now };
    const result = createMessage({ type: MESSAGE_TYPES.result, from: 'worker', tenant: TENANT, payload });
    await see.publishOnce('RESULT', subjects.result(TENANT, 'worker', flowId, 'a', 1), JSON.stringify(result));
    // the copy of the result is held by somebody else
    await setAckWait(see, 60_000);
    await takeInput(see, 'result');
    await eventually(async () => (await see.read('TIMER', subjects.timerDue(TENANT, flowId, '*'))).length > 0);
    const second = await startReplica(await broker.busFor('coordinator'), { hidden: true });
    expect(await client.outcome(flowId)).toMatchObject({ state: 'COMPLETED', output: { a: 'in time' } });
    const log = await logOf(see, flowId);
    expect(log.at(-1)!.inputs.map(({ stream }) => stream)).toContain('TIMER');
    await second.stop();
  });
});
