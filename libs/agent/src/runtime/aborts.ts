import { hearStored, type Bus, type Subscription } from '@waggle/bus';
import { subjects, type TaskAbort, type TaskAddress } from '@waggle/protocol';
import type { Log } from '@waggle/service';

export type AttemptAddress = Omit<TaskAddress, 'priority'>;

export const attemptKey = (address: AttemptAddress): string => `${address.tenant}.${address.flowId}.${address.taskId}.${address.attempt}`;

export const abortSubject = (address: AttemptAddress): string =>
  subjects.abort(address.tenant, address.agent, address.flowId, address.taskId, address.attempt);

/** That an attempt is to stop: at once, or within a time in which its result still counts. */
export interface Stop {
  reason: string;
  /** Milliseconds. */
  grace?: number;
}

/** Why an attempt is to stop; the text is for people, so a message without one still counts. */
export const abortOf = (message: { json<T>(): T }): Stop => {
  try {
    const { reason, grace } = message.json<{ payload: TaskAbort }>().payload;
    return { reason: String(reason), ...(typeof grace === 'number' && grace > 0 && { grace }) };
  } catch {
    return { reason: 'aborted' };
  }
};

/**
 * Hears which attempts of this agent are to stop. A live abort only wakes, the stored one counts. At most once: a missed
 * one is made good by the read before a start, and by the fence.
 */
export class Aborts {
  private subscription?: Subscription;

  /** `running`: what may be told to stop, by `attemptKey`. */
  constructor(
    private readonly running: ReadonlyMap<string, { abandon(stop: Stop): void }>,
    private readonly log: Pick<Log, 'warn'>,
  ) {}

  async listen(bus: Bus, tenant: string | undefined): Promise<void> {
    this.subscription = await hearStored(bus, {
      stream: 'PROGRESS',
      subject: subjects.abort(tenant ?? '*', bus.me, '*', '*', '*'),
      wanted: (subject) => this.running.has(keyOf(subject)),
      heard: (stored) => {
        this.running.get(keyOf(stored.subject))?.abandon(abortOf(stored));
        return true;
      },
      failed: (error, subject) => this.log.warn('an abort could not be read', { subject, error }),
    });
  }

  async stop(): Promise<void> {
    await this.subscription?.stop();
  }
}

const keyOf = (subject: string): string => {
  const [, tenant, , , flowId, taskId, attempt] = subject.split('.');
  return `${tenant}.${flowId}.${taskId}.${attempt}`;
};
