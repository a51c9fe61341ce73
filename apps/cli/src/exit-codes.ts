import { codeOf, type EndState, type ErrorCode } from '@waggle/protocol';

/** What the command's exit says: part of the public contract. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, timedOut: 4, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What the caller sent is wrong: sending it again changes nothing. */
const USAGE: readonly ErrorCode[] = [
  'BAD_USAGE',
  'BAD_JSON',
  'TYPE_UNKNOWN',
  'INVALID_MESSAGE',
  'INVALID_INPUT',
  'INVALID_DEFINITION',
  'INVALID_DURATION',
  'INVALID_EXPRESSION',
  'INVALID_MANIFEST',
  'INVALID_RULE',
  'WORKFLOW_UNKNOWN',
  'WORKFLOW_EXISTS',
  'FLOW_ID_TAKEN',
  'FLOW_UNKNOWN',
  'FLOW_RUNNING',
  'FILE_UNKNOWN',
  'SESSION_UNKNOWN',
  'SYNC_UNKNOWN',
  'CHECKPOINT_UNKNOWN',
  'DECISION_UNKNOWN',
  'DEAD_LETTER_UNKNOWN',
  'MESSAGE_TOO_LARGE',
  'PATH_INVALID',
  'PATH_OUTSIDE',
  'TOO_LARGE',
  'CODE_UNKNOWN',
  'CONFIG_INVALID',
  'STREAM_CONFLICT',
];

export const exitCodeOf = (error: unknown): ExitCode => {
  const code = codeOf(error);
  if (code === undefined) return EXIT.failed;
  if (USAGE.includes(code)) return EXIT.usage;
  if (code === 'BUS_UNREACHABLE' || code === 'BUS_TIMEOUT') return EXIT.unreachable;
  if (code === 'TIMED_OUT') return EXIT.timedOut;
  return EXIT.failed;
};

/** A flow that was refused before anything ran was bad input; one that ran and did not complete has failed. */
export const exitCodeOfEnd = (state: EndState): ExitCode => {
  switch (state) {
    case 'COMPLETED':
      return EXIT.done;
    case 'REJECTED':
      return EXIT.usage;
    case 'FAILED':
    case 'CANCELED':
      return EXIT.failed;
  }
};
