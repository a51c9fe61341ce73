import {
  createEvent,
  createMessage,
  MESSAGE_TYPES,
  skillKey,
  subjects,
  type AgentMessage,
  type EscalationRequest,
  type Outcome,
  type SignalName,
  type Submit,
} from '@waggle/protocol';
import { agentManifest } from '@waggle/bus';
import { directNetwork, eventually, ModelBroker, ModelBus, offerSkill, scriptedAgent, type Network } from '@waggle/testkit';
import { TENANT } from './testing/client.js';
import { startReplica } from './testing/replica.js';

/** Found by `npm run simulate -- --seed 204`: on a cluster, any replica may answer a read that is not the leader's. */
describe('a coordinator whose reads are old', () => {
  it('wakes a flow all the same once an agent offers what it waits for', async () => {
    const broker = new ModelBroker({ partitions: 1, manifests: [agentManifest('worker')] });
    const see = new ModelBus(broker, 'see');
    // whatever is no flow's log is seen as it was at the beginning
    const staleness = ({ name }: { name: string }): number => (['FLOW', 'SUBMIT'].includes(name) ? Infinity : 0);
    const replica = await startReplica(new ModelBus(broker, 'coordinator', { staleness }), { hidden: true });
    await scriptedAgent(new ModelBus(broker, 'worker'), { beat: 0 });
    const submit = createMessage({ type: MESSAGE_TYPES.submit, from: 'ann', tenant: TENANT, payload: { skill: 'late.skill', input: 1 } });
    await see.publishOnce('SUBMIT', subjects.submit(TENANT, 'ann', 'waits'), JSON.stringify(submit));
    await eventually(async () => (await see.read('WAIT', subjects.wait(TENANT, 'skill', skillKey('late.skill'), 'waits'))).length === 1);
    await offerSkill(see, 'late.skill', [{ agent: 'worker' }]);
    const payload = { source: 'registry', type: 'skill-offered', subject: 'late.skill', data: { skill: 'late.skill' } };
    await see.publish(subjects.event('_', 'registry', 'skill-offered'), JSON.stringify(createEvent({ tenant: '_', payload })));
    const outcome = await eventually(() => see.last('FLOW', subjects.outcome(TENANT, 'ann', 'waits')));
    expect(outcome.json<AgentMessage<Outcome>>().payload.state).toBe('COMPLETED');
    await replica.stop();
  });

  it('finds the parent of a child, though an old reading knows nothing of it', async () => {
    const broker = new ModelBroker({ partitions: 1, manifests: [agentManifest('worker')] });
    const see = new ModelBus(broker, 'see');
    let old = 0;
    const staleness = ({ name }: { name: string }): number => (name === 'FLOW' && old-- > 0 ? 0 : Infinity);
    const submit = async (owner: string, flowId: string, payload: Submit): Promise<void> => {
      const message = createMessage({ type: MESSAGE_TYPES.submit, from: owner, tenant: TENANT, payload });
      await see.publishOnce('SUBMIT', subjects.submit(TENANT, owner, flowId), JSON.stringify(message));
    };
    await offerSkill(see, 'parent.skill', [{ agent: 'worker' }]);
    await offerSkill(see, 'child.skill', [{ agent: 'worker' }]);
    const agent = await scriptedAgent(new ModelBus(broker, 'worker'), {
      beat: 0,
      script: ({ dispatch }) => (dispatch.skill === 'parent.skill' ? 'never' : { output: 1 }),
    });
    const first = await startReplica(new ModelBus(broker, 'coordinator'), { hidden: true });
    await submit('ann', 'parent', { definition: { name: 'parent', steps: [{ id: 'a', skill: 'parent.skill' }] } });
    await eventually(() => agent.taken.length === 1);
    await first.stop();
    const replica = await startReplica(new ModelBus(broker, 'coordinator', { staleness }), { hidden: true });
    // for its first readings
    old = 3;
    const child = `c-${'0'.repeat(40)}`;
    await submit('worker', child, { skill: 'child.skill', parent: { flowId: 'parent', taskId: 'a', attempt: 1 } });
    const outcome = await eventually(() => see.last('FLOW', subjects.outcome(TENANT, 'worker', child)));
    expect(outcome.json<AgentMessage<Outcome>>().payload).toMatchObject({ state: 'COMPLETED' });
    await replica.stop();
  });

  it('begins a flow of a workflow that an old reading knows nothing of', async () => {
    const broker = new ModelBroker({ partitions: 1 });
    const see = new ModelBus(broker, 'see');
    const staleness = ({ name }: { name: string }): number => (name === 'KV_WORKFLOWS' ? 0 : Infinity);
    const replica = await startReplica(new ModelBus(broker, 'coordinator', { staleness }), { hidden: true });
    const steps = [{ id: 'sure', check: 'true' }];
    await see.bucket('WORKFLOWS').put('fresh.1.0.0', JSON.stringify({ name: 'fresh', version: '1.0.0', steps }));
    const endOf = async (workflow: string): Promise<Outcome> => {
      const submit = createMessage({ type: MESSAGE_TYPES.submit, from: 'ann', tenant: TENANT, payload: { workflow } });
      await see.publishOnce('SUBMIT', subjects.submit(TENANT, 'ann', workflow), JSON.stringify(submit));
      const outcome = await eventually(() => see.last('FLOW', subjects.outcome(TENANT, 'ann', workflow)));
      return outcome.json<AgentMessage<Outcome>>().payload;
    };
    expect(await endOf('fresh')).toMatchObject({ state: 'COMPLETED' });
    expect(await endOf('none')).toMatchObject({ state: 'REJECTED', errors: [{ code: 'WORKFLOW_UNKNOWN' }] });
    await replica.stop();
  });

  it('goes on from a flow that an old reading knows nothing of', async () => {
    const broker = new ModelBroker({ partitions: 1, manifests: [agentManifest('worker')] });
    const see = new ModelBus(broker, 'see');
    await offerSkill(see, 'worker.skill', [{ agent: 'worker', slots: 1000, freeSlots: 1000 }]);
    await scriptedAgent(new ModelBus(broker, 'worker'), { beat: 0, slots: 100 });
    const run = async (flowId: string, payload: Submit): Promise<Outcome> => {
      const message = createMessage({ type: MESSAGE_TYPES.submit, from: 'ann', tenant: TENANT, payload });
      await see.publishOnce('SUBMIT', subjects.submit(TENANT, 'ann', flowId), JSON.stringify(message));
      return (await eventually(() => see.last('FLOW', subjects.outcome(TENANT, 'ann', flowId)))).json<AgentMessage<Outcome>>().payload;
    };
    let readings = 0;
    // every other one
    const staleness = ({ name }: { name: string }): number => (name === 'FLOW' && readings++ % 2 === 0 ? 0 : Infinity);
    const replica = await startReplica(new ModelBus(broker, 'coordinator', { staleness }), { hidden: true });
    const steps = [{ id: 'a', skill: 'worker.skill', forEach: 'input' }];
    // more than one entry of the log takes over
    const input = Array.from({ length: 200 }, () => 'x'.repeat(1_000));
    expect(await run('before', { definition: { name: 'm', steps, output: 'steps.a.output.size()' }, input })).toMatchObject({
      state: 'COMPLETED',
    });
    readings = 0;
    const outcome = await run('after', { resumes: { flowId: 'before' } });
    expect(outcome).toMatchObject({ state: 'COMPLETED', tasks: { attempts: 0 } });
    const log = (await see.read('FLOW', subjects.flow(TENANT, 'after'))).filter((entry) => entry.text().includes('taskRestored'));
    expect(log.length).toBeGreaterThan(1);
    await replica.stop();
  });

  it('does not take back an offer that was taken, nor decide by the default what was answered', async () => {
    let delay = 0;
    const broker = new ModelBroker({
      partitions: 1,
      manifests: [agentManifest('worker'), agentManifest('expert')],
      copyDelay: () => delay,
    });
    const see = new ModelBus(broker, 'see');
    const handed = {
      id: 'handed',
      request: { reason: 'NEEDS_SPECIALIST', toSkill: 'expert.skill', context: { completedWork: '', remainingWork: '' } },
    };
    const asked = {
      issue: '?',
      requestedDecision: '?',
      options: ['left', 'right'].map((id) => ({ id, label: id })),
      defaultAction: 'right',
    };
    await offerSkill(see, 'worker.skill', [{ agent: 'worker' }]);
    await offerSkill(see, 'expert.skill', [{ agent: 'expert' }]);
    await scriptedAgent(new ModelBus(broker, 'worker'), {
      beat: 0,
      script: ({ flowId, dispatch: { decision } }) => {
        if (flowId === handed.id)
          return { result: { kind: 'handoff', request: { ...handed.request, expiresAt: new Date(Date.now() + 1_200).toISOString() } } };
        if (decision) return { output: decision.option };
        return { result: { kind: 'escalate', request: { severity: 'high', ...asked, ladder: [{ who: 'human', after: 1_200 }] } } };
      },
    });
    await scriptedAgent(new ModelBus(broker, 'expert'), {
      beat: 0,
      script: async ({ flowId, taskId, attempt }) => {
        const started = createMessage({ type: MESSAGE_TYPES.start, from: 'expert', tenant: TENANT, payload: { starts: 0, instance: 'i' } });
        await see.publish(subjects.start(TENANT, 'expert', flowId, taskId, attempt), JSON.stringify(started));
        return 'never' as const;
      },
    });
    const staleness = ({ name }: { name: string }): number => (['PROGRESS', 'ESCALATION'].includes(name) ? 0 : Infinity);
    const replica = await startReplica(new ModelBus(broker, 'coordinator', { staleness }), { hidden: true });
    for (const flowId of [handed.id, 'asked']) {
      const submit = createMessage({
        type: MESSAGE_TYPES.submit,
        from: 'ann',
        tenant: TENANT,
        payload: { skill: 'worker.skill', input: 1 },
      });
      await see.publishOnce('SUBMIT', subjects.submit(TENANT, 'ann', flowId), JSON.stringify(submit));
    }
    const ask = await eventually(async () => (await see.read('ESCALATION', subjects.ask(TENANT, 'asked', '*')))[0]);
    const { id } = ask.json<AgentMessage<EscalationRequest>>().payload;
    // its copy in INPUT comes after the default was due
    delay = 60_000;
    const answer = { type: MESSAGE_TYPES.decision, payload: { id, option: 'left', decidedBy: 'ann' } };
    await see.publishOnce('ESCALATION', subjects.answer(TENANT, 'ann', 'asked', id!), JSON.stringify(answer));
    delay = 0;
    const outcome = await eventually(() => see.last('FLOW', subjects.outcome(TENANT, 'ann', 'asked')));
    expect(outcome.json<AgentMessage<Outcome>>().payload).toMatchObject({ state: 'COMPLETED', output: 'left' });
    const ended = await eventually(async () => {
      const log = (await see.read('FLOW', subjects.flow(TENANT, handed.id))).map((entry) => entry.text());
      return /handoffAccepted|handoffReturned/.exec(log.join())?.[0];
    });
    expect(ended).toBe('handoffAccepted');
    await replica.stop();
  });

  it('looks again for an agent as a paused flow goes on, though it was woken meanwhile', async () => {
    const broker = new ModelBroker({ partitions: 1, manifests: [agentManifest('worker')] });
    const see = new ModelBus(broker, 'see');
    await scriptedAgent(new ModelBus(broker, 'worker'), { beat: 0 });
    const first = await startReplica(new ModelBus(broker, 'coordinator'), { hidden: true });
    const ask = async (signal: SignalName): Promise<void> => {
      const message = createMessage({ type: MESSAGE_TYPES.signal, from: 'ann', tenant: TENANT, payload: { signal } });
      await see.publishOnce('SUBMIT', subjects.signal(TENANT, 'ann', 'paused', signal), JSON.stringify(message));
    };
    const happened = (type: string) =>
      eventually(async () => (await see.read('FLOW', subjects.flow(TENANT, 'paused'))).some((entry) => entry.text().includes(type)));
    const submit = createMessage({ type: MESSAGE_TYPES.submit, from: 'ann', tenant: TENANT, payload: { skill: 'late.skill', input: 1 } });
    await see.publishOnce('SUBMIT', subjects.submit(TENANT, 'ann', 'paused'), JSON.stringify(submit));
    await happened('taskWaiting');
    await ask('pause');
    await happened('flowPaused');
    await first.stop();
    // what it reads as it comes up is all that it hears of the directory
    const direct = directNetwork();
    const deaf: Network = { ...direct, toClient: (cargo, work) => (cargo === 'live' ? undefined : direct.toClient(cargo, work)) };
    const heir = await startReplica(new ModelBus(broker, 'coordinator', { network: deaf }), { hidden: true });
    await offerSkill(see, 'late.skill', [{ agent: 'worker' }]);
    await ask('resume');
    const outcome = await eventually(() => see.last('FLOW', subjects.outcome(TENANT, 'ann', 'paused')));
    expect(outcome.json<AgentMessage<Outcome>>().payload.state).toBe('COMPLETED');
    await heir.stop();
  });
});
