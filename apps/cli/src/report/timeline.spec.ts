import type { FlowEvent } from '@waggle/flow';
import { timelineOf } from './timeline.js';

const dispatched = (taskId: string, attempt = 1): FlowEvent => ({
  type: 'taskDispatched',
  stepId: 'debt',
  taskId,
  attempt,
  agent: 'tracker',
  priority: 'normal',
  skill: 'tech-debt.analyze',
  deadline: 0,
});

test('a row for each attempt, with how it ended; what runs still, runs to the end', () => {
  const fault = { code: 'INTERNAL', message: 'x', retryable: true };
  const completed = {
    type: 'taskCompleted',
    taskId: 'debt-0',
    attempt: 2,
    output: null,
    cost: 0,
    startedAt: '',
    endedAt: '',
    instance: 'i',
  } as unknown as FlowEvent;
  const timeline = timelineOf([
    { at: 1_000, events: [dispatched('debt-0'), dispatched('debt-1')] },
    { at: 1_500, events: [{ type: 'attemptFailed', taskId: 'debt-0', attempt: 1, fault, cost: 0 }] },
    { at: 1_600, events: [dispatched('debt-0', 2)] },
    { at: 2_000, events: [completed] },
    { at: 2_500, events: [] },
  ]);
  expect(timeline.total).toBe(1_500);
  expect(timeline.rows.map(({ label, attempt, start, end, outcome }) => [label, attempt, start, end, outcome])).toEqual([
    ['0', 1, 0, 500, 'failed'],
    ['1', 1, 0, 1_500, 'running'],
    ['0', 2, 600, 1_000, 'completed'],
  ]);
});

test('a log of nothing is an empty picture', () => expect(timelineOf([])).toEqual({ total: 0, rows: [] }));
