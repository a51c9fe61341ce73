import { subjects, type AgentMessage, type FlowStatus } from '@waggle/protocol';
import { frozenBy } from '../../route/read-route.js';
import { listAsks } from '../../session/asks.js';
import { listAgents, type FlowLine } from '../../session/questions.js';
import type { Session } from '../../session/session.js';
import type { StuckFacts } from './stuck-flows.js';

/** Questions to the broker at once. */
const WIDTH = 32;

const statusesOf = async ({ bus, tenant }: Session, flows: readonly FlowLine[]): Promise<FlowStatus[]> => {
  const statuses: FlowStatus[] = [];
  for (let from = 0; from < flows.length; from += WIDTH) {
    const some = flows.slice(from, from + WIDTH);
    const last = await Promise.all(some.map(({ owner, flowId }) => bus.last('PROGRESS', subjects.status(tenant, owner, flowId))));
    statuses.push(...last.flatMap((message) => message?.json<AgentMessage<FlowStatus>>().payload ?? []));
  }
  return statuses;
};

/** What the flows stand at: their last statuses, whom they are with, which skills are frozen, which questions are open. */
export const readStuck = async (session: Session, flows: readonly FlowLine[]): Promise<StuckFacts> => {
  const [statuses, agents, asks] = await Promise.all([
    statusesOf(session, flows),
    // whether the registry answers is another check's
    listAgents(session).catch(() => undefined),
    listAsks(session),
  ]);
  const held = statuses.flatMap(({ steps }) => steps.flatMap(({ waitingFor, skill }) => (waitingFor === 'FROZEN' ? (skill ?? []) : [])));
  const frozen = await Promise.all([...new Set(held)].map(async (skill) => [skill, (await frozenBy(session, skill)) ?? ''] as const));
  return { statuses, ...(agents && { agents }), frozen: new Map(frozen), asked: asks.map(({ at }) => at) };
};
