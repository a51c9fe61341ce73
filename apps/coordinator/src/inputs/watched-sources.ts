import { subjects, type StreamName } from '@waggle/protocol';

/** Sources that flows wait for, and what INPUT copies of each. */
export const WATCHED_SOURCES: readonly (readonly [StreamName, string])[] = [
  ['SUBMIT', '>'],
  ['RESULT', '>'],
  ['TIMER', subjects.timerDue('*', '*', '*')],
  ['ESCALATION', subjects.answer('*', '*', '*', '*')],
];
