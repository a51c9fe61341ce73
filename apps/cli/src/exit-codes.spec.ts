import { END_STATES, ERRORS, WaggleError, type ErrorCode } from '@waggle/protocol';
import { exitCodeOf, exitCodeOfEnd } from './exit-codes.js';

test('each kind of failure has its exit code', () => {
  const code = (name: ErrorCode): number => exitCodeOf(new WaggleError(name, ''));
  expect([code('BAD_USAGE'), code('INVALID_DEFINITION'), code('PATH_INVALID')]).toEqual([2, 2, 2]);
  expect([code('BUS_UNREACHABLE'), code('BUS_TIMEOUT')]).toEqual([3, 3]);
  expect(code('TIMED_OUT')).toBe(4);
  expect([code('BROKER_NOT_FOUND'), code('ALREADY_RUNNING'), exitCodeOf(new Error('a bug'))]).toEqual([1, 1, 1]);
});

test('whatever is said of an input, or of what it names, is bad input', () => {
  // a newer coordinator wrote it: no input is wrong
  const others: ErrorCode[] = ['TRANSITION_UNKNOWN'];
  for (const name of Object.keys(ERRORS) as ErrorCode[]) {
    if (others.includes(name)) continue;
    if (name.startsWith('INVALID_') || name.endsWith('_UNKNOWN')) expect([name, exitCodeOf(new WaggleError(name, ''))]).toEqual([name, 2]);
  }
});

test('a flow that was refused was bad input; one that ran and did not complete has failed', () => {
  expect(END_STATES.map((state) => [state, exitCodeOfEnd(state)])).toEqual([
    ['COMPLETED', 0],
    ['FAILED', 1],
    ['CANCELED', 1],
    ['REJECTED', 2],
  ]);
});
