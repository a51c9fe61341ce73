import type { Bus } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects, WaggleError } from '@waggle/protocol';
import { testBroker } from '@waggle/testkit';
import type { Session } from '../session/session.js';
import { requireFlowLog } from './flow-log.js';

describe('the log of a flow that is to be there', () => {
  let bus: Bus;
  beforeAll(async () => {
    bus = await (await testBroker()).busFor('cli');
  });

  const begin = async (flowId: string): Promise<void> => {
    const payload = { n: 1, at: Date.now(), events: [] };
    const message = createMessage({ type: MESSAGE_TYPES.transition, from: 'coordinator', tenant: 'default', payload });
    await bus.publish(subjects.flow('default', flowId), JSON.stringify(message), { expect: 0 });
  };

  /** A session whose coordinator answers so about any flow. */
  const sessionOf = (ask: (question: { flowId: string }) => Promise<object>): Session =>
    ({ bus, tenant: 'default', ask: (_service: string, _endpoint: string, question: { flowId: string }) => ask(question) }) as never;

  it('is read once the flow that was just submitted has begun', async () => {
    const session = sessionOf(async ({ flowId }) => (await begin(flowId), {}));
    expect(await requireFlowLog(session, 'just-begun')).toMatchObject([{ n: 1 }]);
  });

  it('is there with no coordinator at work, and nobody is asked', async () => {
    await begin('known');
    const nobody = sessionOf(() => Promise.reject(new Error('asked')));
    expect(await requireFlowLog(nobody, 'known')).toHaveLength(1);
  });

  it.each(['FLOW_UNKNOWN', 'BUS_TIMEOUT'] as const)('is FLOW_UNKNOWN where there is none and the coordinator says %s', async (code) => {
    const session = sessionOf(() => Promise.reject(new WaggleError(code, 'so it says')));
    await expect(requireFlowLog(session, 'nobody-knows')).rejects.toMatchObject({ code: 'FLOW_UNKNOWN', path: 'id' });
  });
});
