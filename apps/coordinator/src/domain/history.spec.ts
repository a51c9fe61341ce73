import type { Transition } from '@waggle/flow';
import { problem } from '@waggle/protocol';
import { historyOf } from './history.js';

test('a history says what is undone, by which flow, and what was not', () => {
  const problems = [problem('COMPENSATION_FAILED', 'what b did is not undone', 'steps.b.compensate')];
  const transition = {
    n: 7,
    at: 0,
    inputs: [],
    events: [
      { type: 'rollbackBegun', childId: 'c-1', steps: ['b', 'a'], problems: [], due: 1 },
      { type: 'rollbackEnded', problems },
    ],
  } as unknown as Transition;
  expect(historyOf([transition]).lines.map(({ event, detail }) => ({ event, detail }))).toEqual([
    { event: 'rollbackBegun', detail: 'by c-1: b, a' },
    { event: 'rollbackEnded', detail: 'COMPENSATION_FAILED' },
  ]);
});
