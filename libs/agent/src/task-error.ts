import { ERRORS, isErrorCode, type Problem } from '@waggle/protocol';

export interface TaskErrorOptions {
  /** Whether another attempt may do better; default: as the catalogue says of the code, else false. */
  retryable?: boolean;
  /** For people; default: the catalogue's sentence, else the code. */
  message?: string;
  cause?: unknown;
  problems?: Problem[];
}

/** How a skill fails on purpose. The code is one of the catalogue or the agent's own, in capitals. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
  readonly retryable: boolean;
  readonly problems?: Problem[];

  constructor(
    readonly code: string,
    options: TaskErrorOptions = {},
  ) {
    const known = isErrorCode(code) ? ERRORS[code] : undefined;
    super(options.message ?? known?.summary ?? code, { cause: options.cause });
    this.retryable = options.retryable ?? known?.retryable ?? false;
    this.problems = options.problems;
  }
}
