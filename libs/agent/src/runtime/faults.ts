import { inspect } from 'node:util';
import { codeOf, ERRORS, retryable as mayHelp, WaggleError, type ErrorCode, type Fault, type Problem } from '@waggle/protocol';
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

/** Anything may be thrown: what has no text of its own is told as it prints. */
const textOf = (error: unknown): string => {
  const text = typeof error === 'string' ? error : (error as { message?: unknown } | null | undefined)?.message;
  return cut(typeof text === 'string' ? text : inspect(error), TEXT_LIMIT);
};

/** What a handler threw, whatever it is, as a fault: its own code where it has one, else `INTERNAL` with the cause kept. */
export const faultOf = (error: unknown): Fault => {
  const message = textOf(error);
  const named = error instanceof TaskError ? CODE.test(error.code) : error instanceof WaggleError || codeOf(error) !== undefined;
  if (!named) {
    const cause = error instanceof Error ? (error.stack ?? message) : undefined;
    return { ...fault('INTERNAL', message), ...(cause !== undefined && { cause: cut(cause, CAUSE_LIMIT) }) };
  }
  const { code, retryable, problems } = error as TaskError;
  const cause = causeOf(error);
  return {
    code,
    message,
    retryable: typeof retryable === 'boolean' ? retryable : mayHelp(code),
    ...(Array.isArray(problems) && { problems }),
    ...(cause !== undefined && { cause }),
  };
};
