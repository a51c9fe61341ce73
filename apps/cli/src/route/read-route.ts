import { freezeKey, skillKey, taskConsumers, type DirectorySkill } from '@waggle/protocol';
import { listAgents } from '../session/questions.js';
import type { Session } from '../session/session.js';
import type { RouteFacts } from './route.js';

const waitingFor = async ({ bus }: Session, agent: string): Promise<number> => {
  const queues = await Promise.all(taskConsumers(agent).map((consumer) => bus.backlog('TASK', consumer)));
  return queues.reduce((sum, { waiting }) => sum + waiting, 0);
};

const coordinatorOf = async (session: Session): Promise<string | undefined> => {
  try {
    const { ready, reasons } = await session.ask<{ ready: boolean; reasons: string[] }>('coordinator', 'health');
    return ready ? undefined : reasons.join('; ');
  } catch (error) {
    return (error as Error).message;
  }
};

/** Why a skill is frozen; empty where nobody said why. */
export const frozenBy = async ({ bus }: Session, skill: string): Promise<string | undefined> => {
  const entry = await bus.bucket('QUOTAS').get(freezeKey(skill));
  if (entry === undefined) return undefined;
  try {
    return entry.json<{ reason?: string }>().reason ?? '';
  } catch {
    return '';
  }
};

/** Reads what `routeOf` decides by: cards and beats, the directory, the queues, and whether somebody decides at all. */
export const readRoute = async (session: Session, skill: string): Promise<RouteFacts> => {
  const [everybody, entry, coordinator, frozen] = await Promise.all([
    listAgents(session),
    session.bus.bucket('DIRECTORY').get(`skill.${skillKey(skill)}`),
    coordinatorOf(session),
    frozenBy(session, skill),
  ]);
  const agents = everybody.filter((agent) => agent.skills.some(({ id }) => id === skill));
  const depths = await Promise.all(agents.map(async ({ name }) => [name, await waitingFor(session, name)] as const));
  return {
    skill,
    agents,
    offers: entry?.json<DirectorySkill>().offers ?? [],
    waiting: new Map(depths),
    ...(coordinator !== undefined && { coordinator }),
    ...(frozen !== undefined && { frozen }),
  };
};
