import type { Timeline, TimelineRow } from '@waggle/analysis';
import type { FlowEvent, Transition } from '@waggle/flow';

const keyOf = (taskId: string, attempt: number): string => `${taskId}/${attempt}`;

/** How a flow ran, from the transitions of its log: a row for each attempt. */
export const timelineOf = (transitions: readonly Pick<Transition, 'at' | 'events'>[]): Timeline => {
  const zero = transitions[0]?.at ?? 0;
  const rows = new Map<string, TimelineRow>();
  const close = (key: string, at: number, outcome: TimelineRow['outcome']): void => {
    const row = rows.get(key);
    if (row === undefined || row.outcome !== 'running') return;
    row.end = Math.max(row.start, at - zero);
    row.outcome = outcome;
  };
  const apply = (event: FlowEvent, at: number): void => {
    switch (event.type) {
      case 'taskDispatched': {
        const { stepId: step, taskId, attempt, agent } = event;
        const label = taskId === step ? '' : taskId.replace(`${step}-`, '');
        rows.set(keyOf(taskId, attempt), { step, label, agent, attempt, start: at - zero, end: at - zero, outcome: 'running' });
        break;
      }
      case 'taskCompleted':
        close(keyOf(event.taskId, event.attempt), at, 'completed');
        break;
      case 'attemptFailed':
      case 'taskFailed':
        close(keyOf(event.taskId, event.attempt), at, 'failed');
        break;
      case 'taskCanceled':
        close(keyOf(event.taskId, event.attempt), at, 'canceled');
        break;
      default:
        break;
    }
  };
  for (const { at, events } of transitions) for (const event of events) apply(event, at);
  const total = Math.max(0, (transitions.at(-1)?.at ?? zero) - zero);
  return { total, rows: [...rows.values()].map((row) => (row.outcome === 'running' ? { ...row, end: total } : row)) };
};
