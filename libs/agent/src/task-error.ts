import { ERRORS, isErrorCode, type Problem } from '@waggle/protocol';

export interface TaskErrorOptions {
  /** Whether another attempt may do better; default: as the catalogue says of the code, else false. */
  retryable?: boolean;
  /** For people; default: the catalogue's sentence, else the code. */
  message?: string;
  cause?: unknown;
  problems?: Problem[];
  /**
   * The task is refused, nothing was done for it: no other attempt is made; one that another agent handed on goes to the
   * next who offers the skill, or back. Default false.
   */
  rejected?: boolean;
}

/** How a skill fails on purpose. The code is one of the catalogue or the agent's own, in capitals. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
  readonly retryable: boolean;
  readonly problems?: Problem[];
  readonly rejected: boolean;

  constructor(
    readonly code: string,
    options: TaskErrorOptions = {},
  ) {
    const known = isErrorCode(code) ? ERRORS[code] : undefined;
    super(options.message ?? known?.summary ?? code, { cause: options.cause });
    this.retryable = options.retryable ?? known?.retryable ?? false;
    this.problems = options.problems;
    this.rejected = options.rejected ?? false;
  }
}
