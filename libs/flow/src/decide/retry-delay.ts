import type { RetryPolicy } from '../types.js';

/** A number from 0 to 1 that is the same for the same text (FNV-1a): decisions must not throw dice. */
const spread = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 0xffffffff;
};

const pauseOf = ({ backoff, initial, max, delays = [] }: RetryPolicy, attempt: number): number => {
  if (backoff === 'custom') return delays[Math.min(attempt, delays.length) - 1] ?? 0;
  const factor = { exponential: 2 ** Math.min(attempt - 1, 50), linear: attempt, fixed: 1 }[backoff];
  return Math.min(max, initial * factor);
};

/** Milliseconds to wait after a failed attempt (1 for the first), spread by the policy's jitter to either side. */
export const retryDelay = (policy: RetryPolicy, attempt: number, seed: string): number => {
  const delay = pauseOf(policy, attempt);
  return Math.round(delay * (1 + policy.jitter * (2 * spread(`${seed}/${attempt}`) - 1)));
};

/** Whether a policy tries again after a failed attempt. */
export const mayRetry = (policy: RetryPolicy, attempt: number, fault: { code: string; retryable: boolean }): boolean =>
  fault.retryable && attempt < policy.attempts && (policy.retryOn?.includes(fault.code) ?? true) && !policy.noRetryOn?.includes(fault.code);
