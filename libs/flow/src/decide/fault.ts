import { ERRORS, problem, WaggleError, type ErrorCode, type Fault, type Problem } from '@waggle/protocol';
import { clip, clipBytes, LIMITS, sizeOf } from '../limits.js';

const short = (text: unknown, limit = 512): string => (typeof text === 'string' ? clip(text, limit) : '');

const long = (text: unknown): string => (typeof text === 'string' ? clipBytes(text, LIMITS.text) : '');

/** Problems of others, as long as the log can bear. */
export const boundProblems = (problems: readonly Problem[]): Problem[] => {
  let bytes = 0;
  return problems
    .slice(0, LIMITS.problems)
    .map(({ code, path, message, remedy }) => ({
      code: short(code, 64),
      ...(path === undefined ? {} : { path: short(path, 256) }),
      message: short(message),
      ...(remedy === undefined ? {} : { remedy: short(remedy) }),
    }))
    .filter((each) => (bytes += sizeOf(each)) <= LIMITS.faults);
};

export const faultOf = (code: ErrorCode, message: string, problems?: readonly Problem[]): Fault => ({
  code,
  message: short(message),
  retryable: ERRORS[code].retryable,
  ...(problems ? { problems: boundProblems(problems) } : {}),
});

/** What an agent says of its failure, as long as the log can bear. */
export const boundFault = (fault: Fault): Fault => ({
  code: short(fault.code, 64) || 'INTERNAL',
  message: long(fault.message),
  retryable: fault.retryable === true,
  ...(Array.isArray(fault.problems) ? { problems: boundProblems(fault.problems) } : {}),
  ...(fault.cause === undefined ? {} : { cause: long(fault.cause) }),
});

/** A failed evaluation as a fault that another attempt would not mend. Anything but a WaggleError goes on as it is. */
export const evaluationFault = (error: unknown): Fault => {
  if (!(error instanceof WaggleError)) throw error;
  return { ...faultOf(error.code, error.message), retryable: false };
};

/** What a fault is to the owner of the flow. */
export const problemsOf = (fault: Fault, path: string): Problem[] =>
  fault.problems && fault.problems.length > 0
    ? fault.problems
    : [fault.code in ERRORS ? problem(fault.code as ErrorCode, fault.message, path) : { code: fault.code, path, message: fault.message }];
