import { inspect } from 'node:util';
import { codeOf, ERRORS, WaggleError, type ErrorCode, type Fault, type Problem } from '@waggle/protocol';
import { TaskError } from '../task-error.js';

const TEXT_LIMIT = 4_096;
const CAUSE_LIMIT = 8_192;
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

const cut = (text: string, limit: number): string => (text.length <= limit ? text : `${text.slice(0, limit - 1)}…`);

const causeOf = (error: unknown): string | undefined => {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause === undefined) return undefined;
  return cut(cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause), CAUSE_LIMIT);
};

/** A fault with a code of the catalogue. */
export const fault = (code: ErrorCode, message: string, problems?: Problem[]): Fault => ({
  code,
  message: cut(message, TEXT_LIMIT),
  retryable: ERRORS[code].retryable,
  ...(problems !== undefined && { problems }),
});

/** What a handler threw, as a fault: its own code where it has one, else `INTERNAL` with the cause kept. */
export const faultOf = (error: unknown): Fault => {
  const named = error instanceof TaskError ? CODE.test(error.code) : error instanceof WaggleError || codeOf(error) !== undefined;
  if (!named) {
    const text = error instanceof Error ? error.message : String(error);
    const cause = error instanceof Error ? (error.stack ?? error.message) : undefined;
    return { ...fault('INTERNAL', text), ...(cause !== undefined && { cause: cut(cause, CAUSE_LIMIT) }) };
  }
  const { code, message, retryable, problems } = error as TaskError;
  const cause = causeOf(error);
  return {
    code,
    message: cut(message, TEXT_LIMIT),
    retryable: retryable ?? ERRORS[code as ErrorCode].retryable,
    ...(problems !== undefined && { problems }),
    ...(cause !== undefined && { cause }),
  };
};
