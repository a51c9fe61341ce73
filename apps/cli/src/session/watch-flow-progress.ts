import { readThroughBreaks, type Bus, type Subscription } from '@waggle/bus';
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

/** What agents say of a flow's tasks until the signal aborts: the last word on each first, then live; also what was said while the broker was away. */
export const hearProgress = async (
  { bus, tenant }: { bus: Bus; tenant: string },
  flowId: string,
  { heard, signal }: { heard: (told: ToldProgress) => void; signal: AbortSignal },
): Promise<Subscription> => {
  /** Tasks that were heard of since the last reading began: what it brings of them is older. */
  let newer = new Set<string>();
  const join = async (): Promise<void> => {
    newer = new Set();
    const filter = subjects.progress(tenant, '*', flowId, '*');
    for (const stored of await bus.read('PROGRESS', filter, { lastPerSubject: true, limit: MOST })) {
      const told = read(stored);
      if (told !== undefined && !newer.has(told.taskId)) heard(told);
    }
  };
  const subscription = await bus.subscribe(subjects.progressFeed(tenant, '*', flowId, '*'), (message) => {
    const told = read(message);
    if (told === undefined) return;
    newer.add(told.taskId);
    heard(told);
  });
  // whoever watches the flow itself is told what is wrong
  const stopReading = await readThroughBreaks(bus, join, { wanted: () => !signal.aborted, failed: () => undefined });
  return {
    stop: () => {
      stopReading();
      return subscription.stop();
    },
  };
};
