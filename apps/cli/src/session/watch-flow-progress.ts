import type { Bus, Subscription } from '@waggle/bus';
import { MESSAGE_TYPES, subjects, validatePayload, type AgentMessage, type TaskProgress } from '@waggle/protocol';
import type { ToldProgress } from '../output/task-progress.js';

/** Reports read for one who joins late. */
const MOST = 500;

const read = (message: { subject: string; json<T>(): T }): ToldProgress | undefined => {
  const [agent, , taskId] = message.subject.split('.').slice(-3) as [string, string, string];
  try {
    const { payload: progress } = message.json<AgentMessage<TaskProgress>>();
    return validatePayload(MESSAGE_TYPES.progress, progress).length === 0 ? { taskId, agent, progress } : undefined;
  } catch {
    return undefined;
  }
};

/** What agents say of a flow's tasks: the last word on each first, then live. */
export const hearProgress = async (
  { bus, tenant }: { bus: Bus; tenant: string },
  flowId: string,
  heard: (told: ToldProgress) => void,
): Promise<Subscription> => {
  const tell = (message: { subject: string; json<T>(): T }): void => {
    const told = read(message);
    if (told !== undefined) heard(told);
  };
  const subscription = await bus.subscribe(subjects.progressFeed(tenant, '*', flowId, '*'), tell);
  const stored = await bus.read('PROGRESS', subjects.progress(tenant, '*', flowId, '*'), { lastPerSubject: true, limit: MOST });
  stored.forEach(tell);
  return subscription;
};
