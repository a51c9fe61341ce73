import { createEvent, createMessage, MESSAGE_TYPES, skillKey, subjects, type Submit } from '@waggle/protocol';
import { eventually, ModelBroker, ModelBus } from '@waggle/testkit';
import { startReplica } from './testing/replica.js';

const SKILL = 'nobodys.skill';

describe('flows that wait for a skill', () => {
  it('are woken by a thaw of an operator, and by nothing that says the same', async () => {
    const broker = new ModelBroker({ partitions: 1 });
    const see = new ModelBus(broker, 'see');
    const replica = await startReplica(new ModelBus(broker, 'coordinator'), { hidden: true, operators: ['boss'] });
    const payload: Submit = { skill: SKILL, input: 1 };
    const submit = createMessage({ type: MESSAGE_TYPES.submit, from: 'ann', tenant: 't1', payload });
    await see.publishOnce('SUBMIT', subjects.submit('t1', 'ann', 'waits'), JSON.stringify(submit));
    await eventually(() => see.last('WAIT', subjects.wait('t1', 'skill', skillKey(SKILL), 'waits')));
    /** How often the flow was woken, once all that was said has had its effect. */
    const woken = async (): Promise<number> => {
      await eventually(async () => (await see.figures('INPUT')).messages === 0);
      return (await see.read('SUBMIT', subjects.signal('t1', '*', 'waits', '*'))).length;
    };
    const say = async (source: string, type: string): Promise<void> => {
      const event = createEvent({ tenant: 't2', payload: { source, type, data: { skill: SKILL } } });
      const before = (await see.figures('INPUT')).lastSequence;
      await see.publish(subjects.event('t2', source, type), JSON.stringify(event));
      await eventually(async () => (await see.figures('INPUT')).lastSequence > before);
    };
    for (const stranger of ['bob', 'agent', 'registry']) await say(stranger, 'skill-thawed');
    for (const stranger of ['bob', 'boss']) await say(stranger, 'skill-offered');
    expect(await woken()).toBe(0);
    await say('boss', 'skill-thawed');
    expect(await woken()).toBe(1);
    await say('registry', 'skill-offered');
    expect(await woken()).toBe(2);
    await replica.stop();
  });
});
