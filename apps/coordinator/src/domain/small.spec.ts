import type { Input } from '@waggle/flow';
import { againDelay, conflictPause } from './backoff.js';
import { derivedId } from './derived-id.js';
import { dueAt, isRefusedId } from './due.js';
import { historyOf } from './history.js';
import { inParallel } from './in-parallel.js';
import { inDecisionOrder, nextDecision } from './order.js';
import { windows } from './windows.js';

const input = (kind: string, sequence: number): Input => ({ kind, at: 0, origin: { stream: 'S', sequence } }) as Input;

describe('order', () => {
  it('puts what begins a flow first and timers last, and keeps the rest as it came', () => {
    const given = [input('timer', 1), input('signal', 2), input('submit', 3), input('result', 4), input('signal', 5)];
    expect(inDecisionOrder(given).map(({ origin }) => origin.sequence)).toEqual([3, 2, 4, 5, 1]);
  });

  // seeds 704088 and 735443: an offer that was begun late, and refused, counted as taken
  it('takes the word that an offer was begun after what came of it', () => {
    const given = [input('accepted', 1), input('timer', 2), input('result', 3)];
    expect(inDecisionOrder(given).map(({ kind }) => kind)).toEqual(['result', 'accepted', 'timer']);
  });

  it('decides one of several submissions at a time while the flow has not begun', () => {
    const given = [input('submit', 1), input('submit', 2), input('signal', 3)];
    expect(nextDecision(given, false).map(({ origin }) => origin.sequence)).toEqual([1, 3]);
    expect(nextDecision(given, true)).toHaveLength(3);
  });
});

describe('due', () => {
  const times = { grace: 10, finished: 100, head: 500 };
  it('keeps the head of a flow longer than its submission', () => {
    const outcome = { startedAt: new Date(0).toISOString(), endedAt: new Date(50).toISOString() };
    expect(dueAt('grace', outcome, times)).toBe(60);
    expect(dueAt('finished', outcome, times)).toBe(500);
    expect(dueAt('finished', { ...outcome, endedAt: new Date(450).toISOString() }, times)).toBe(550);
  });

  it('knows the answer to somebody who asked for an id of another', () => {
    expect(isRefusedId({ errors: [{ code: 'FLOW_ID_TAKEN', message: '' }] })).toBe(true);
    expect(isRefusedId({})).toBe(false);
    const summary = { elapsedMs: 1, workMs: 1, agents: 1, successRate: 0, failureRate: 1 };
    expect(isRefusedId({ errors: [{ code: 'FLOW_ID_TAKEN', message: 'says an agent' }], summary })).toBe(false);
  });
});

describe('derivedId', () => {
  it('is the same for the same parts, fits a token, and keeps parts apart', () => {
    expect(derivedId('wake', 'f', 1)).toBe(derivedId('wake', 'f', 1));
    expect(derivedId('wake', 'a', 'bc')).not.toBe(derivedId('wake', 'ab', 'c'));
    expect(derivedId('cancel', 'f')).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  });
});

describe('backoff', () => {
  it('grows and is bounded', () => {
    expect([1, 2, 3, 100].map(againDelay)).toEqual([100, 200, 400, 30_000]);
    expect(conflictPause(1, 0)).toBeLessThan(conflictPause(3, 0));
    expect(conflictPause(1_000, 1)).toBe(100);
  });
});

describe('windows', () => {
  it('cover every sequence once, newest first', () => {
    expect([...windows(10, 3)]).toEqual([
      { after: 7, upTo: 10 },
      { after: 1, upTo: 7 },
      { after: 0, upTo: 1 },
    ]);
    expect([...windows(0, 3)]).toEqual([]);
  });
});

describe('inParallel', () => {
  it('keeps its width, does all, and ends with the first error after what is under way', async () => {
    let now = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      now--;
    };
    await inParallel(Array.from({ length: 20 }), 4, work);
    expect(most).toBe(4);
    const done: number[] = [];
    const failing = async (n: number): Promise<void> => {
      if (n === 1) throw new Error('one');
      await Promise.resolve();
      done.push(n);
    };
    await expect(inParallel([0, 1, 2, 3, 4, 5], 2, failing)).rejects.toThrow('one');
    expect(done).toEqual([0]);
  });
});

describe('historyOf', () => {
  it('keeps beginning and end of a long history and says what it leaves out', () => {
    const transitions = Array.from({ length: 1_000 }, (_, i) => ({
      n: i + 1,
      at: 0,
      inputs: [],
      commands: [],
      more: false,
      events: [{ type: 'stepCompleted' as const, stepId: `s${i}` }],
    }));
    const { lines, leftOut } = historyOf(transitions);
    expect(lines[0]).toMatchObject({ n: 1, event: 'stepCompleted', step: 's0' });
    expect(lines.at(-1)).toMatchObject({ n: 1_000 });
    expect(lines.length + leftOut).toBe(1_000);
    expect(lines.length).toBeLessThanOrEqual(200);
  });
});
