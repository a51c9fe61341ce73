import type { Bus } from '@waggle/bus';
import {
  createMessage,
  MESSAGE_TYPES,
  newId,
  subjects,
  type AgentMessage,
  type Outcome,
  type SignalName,
  type Submit,
} from '@waggle/protocol';
import { eventually } from '@waggle/testkit';

export const TENANT = 'default';

/** Asks for a flow as a plain client does. */
export const submit = async (bus: Bus, payload: Submit, flowId: string = newId()): Promise<string> => {
  const message = createMessage({ type: MESSAGE_TYPES.submit, from: bus.me, tenant: TENANT, payload });
  await bus.publishOnce('SUBMIT', subjects.submit(TENANT, bus.me, flowId), JSON.stringify(message));
  return flowId;
};

export const signal = async (bus: Bus, flowId: string, name: SignalName): Promise<void> => {
  const message = createMessage({ type: MESSAGE_TYPES.signal, from: bus.me, tenant: TENANT, payload: { signal: name } });
  await bus.publishOnce('SUBMIT', subjects.signal(TENANT, bus.me, flowId, newId()), JSON.stringify(message));
};

/** The one end of a flow of this bus's owner. */
export const outcomeOf = (bus: Bus, flowId: string, timeout = 10_000): Promise<Outcome> =>
  eventually(async () => (await bus.last('FLOW', subjects.outcome(TENANT, bus.me, flowId)))?.json<AgentMessage<Outcome>>().payload, {
    timeout,
  });
