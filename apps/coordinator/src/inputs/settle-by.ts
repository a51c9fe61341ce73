import { againDelay } from '../domain/backoff.js';
import type { Job } from '../engine/job.js';

export type Unsettled = Pick<Job, 'deliveries' | 'done' | 'again'>;

/** Settles what no flow decides on: done with the work, or to come again where that fails, which is told first. */
export const settleBy = (arrival: Unsettled, work: Promise<unknown>, failed: (delay: number, error: unknown) => void): void => {
  work.then(
    () => arrival.done(),
    (error: unknown) => {
      const delay = againDelay(arrival.deliveries);
      failed(delay, error);
      arrival.again(delay, error);
    },
  );
};
