import { LIMITS } from '../limits.js';
import type { RetryPolicy } from './definition.js';
import { given, type Reader } from './reader.js';

export const DEFAULT_RETRY: RetryPolicy = { attempts: 3, backoff: 'exponential', initial: 1000, max: 30_000, jitter: 0.2 };

const PAUSE = { min: 0, max: LIMITS.time };

/** `attempts`: how many there are where the author says nothing. */
export const readRetry = (reader: Reader, attempts: number): RetryPolicy => {
  const delays = reader.list('delays', LIMITS.attempts)?.map((_, index) => reader.at('delays').duration(index, PAUSE) ?? 0);
  const retry: RetryPolicy = {
    attempts: reader.whole('attempts', { min: 1, max: LIMITS.attempts }) ?? attempts,
    backoff:
      reader.oneOf('backoff', ['exponential', 'linear', 'fixed', 'custom']) ?? (delays === undefined ? DEFAULT_RETRY.backoff : 'custom'),
    initial: reader.duration('initial', PAUSE) ?? DEFAULT_RETRY.initial,
    max: reader.duration('max', PAUSE) ?? DEFAULT_RETRY.max,
    ...given('delays', delays),
    jitter: reader.part('jitter') ?? DEFAULT_RETRY.jitter,
    ...given('retryOn', reader.texts('retryOn', { max: 50 })),
    ...given('noRetryOn', reader.texts('noRetryOn', { max: 50 })),
  };
  if (retry.backoff === 'custom' && !delays?.length) reader.fault('delays', 'the backoff custom needs delays: a list of times');
  if (retry.backoff !== 'custom' && delays !== undefined) reader.fault('delays', 'delays go with the backoff custom');
  reader.finish();
  return retry;
};
