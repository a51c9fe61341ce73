import { createMessage, MESSAGE_TYPES, subjects, type AgentMessage, type Outcome, type Submit } from '@waggle/protocol';
import { agentManifest } from '@waggle/bus';
import { eventually, ModelBroker, ModelBus, offerSkill, scriptedAgent } from '@waggle/testkit';
import { TENANT } from './testing/client.js';
import { startReplica } from './testing/replica.js';

/** A result is stored in time, and its copy for the coordinator comes after the timer's. */
describe('what is stored in time, and heard of too late', () => {
  const SKILL = 'worker.skill';
  let see: ModelBus;
  let outcome: (flowId: string) => Promise<Outcome>;
  /** Its result is, and copies are on time again. */
  let stored: (flowId: string) => Promise<unknown>;
  let submit: (flowId: string, payload: Submit) => Promise<void>;

  beforeAll(async () => {
    let delay = 0;
    const broker = new ModelBroker({ partitions: 1, manifests: [agentManifest('worker')], copyDelay: () => delay });
    see = new ModelBus(broker, 'see');
    await offerSkill(see, SKILL, [{ agent: 'worker' }]);
    const agent = await scriptedAgent(new ModelBus(broker, 'worker'), {
      beat: 0,
      script: ({ flowId }) => {
        delay = 60_000;
        void eventually(() => agent.results.some(({ task }) => task.flowId === flowId)).then(() => (delay = 0));
        return { output: 'in time' };
      },
    });
    stored = (flowId) => eventually(() => delay === 0 && agent.results.some(({ task }) => task.flowId === flowId));
    await startReplica(new ModelBus(broker, 'coordinator'), { hidden: true });
    submit = async (flowId, payload) => {
      const message = createMessage({ type: MESSAGE_TYPES.submit, from: 'ann', tenant: TENANT, payload });
      await see.publishOnce('SUBMIT', subjects.submit(TENANT, 'ann', flowId), JSON.stringify(message));
    };
    outcome = async (flowId) =>
      (await eventually(() => see.last('FLOW', subjects.outcome(TENANT, 'ann', flowId)))).json<AgentMessage<Outcome>>().payload;
  });

  it('counts at the end of a time box', async () => {
    await submit('boxed', { definition: { name: 'm', steps: [{ id: 'a', skill: SKILL, within: '1200ms' }] } });
    expect(await outcome('boxed')).toMatchObject({ state: 'COMPLETED', output: { a: 'in time' } });
  });

  it('counts at the end of the grace of a cancellation', async () => {
    await submit('stopped', { definition: { name: 'm', steps: [{ id: 'a', skill: SKILL }] } });
    await stored('stopped');
    const cancel = createMessage({
      type: MESSAGE_TYPES.signal,
      from: 'ann',
      tenant: TENANT,
      payload: { signal: 'cancel', data: { grace: 300 } },
    });
    await see.publishOnce('SUBMIT', subjects.signal(TENANT, 'ann', 'stopped', 'c'), JSON.stringify(cancel));
    expect(await outcome('stopped')).toMatchObject({ state: 'CANCELED', tasks: { completed: 1, canceled: 0 } });
  });
});
