import { hearStored, lastWhenReachable, type Bus, type Subscription } from '@waggle/bus';
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

/** Attempts of which a stop was heard and that are not here: so many are remembered. */
const MOST_EARLY = 4_096;

/** An attempt at work here. */
interface Running {
  address: AttemptAddress;
  abandon(stop: Stop): void;
}

/**
 * Hears which attempts of this agent are to stop. A live abort only wakes, the stored one counts. Read again each time the
 * broker was away; what is missed all the same is made good by the read before a start, and by the fence.
 */
export class Aborts {
  private readonly early = new Set<string>();
  private subscription?: Subscription;
  private stopHealth?: () => void;

  /** `running`: what may be told to stop, by `attemptKey`. */
  constructor(
    private readonly running: ReadonlyMap<string, Running>,
    private readonly log: Pick<Log, 'warn'>,
  ) {}

  async listen(bus: Bus, tenant: string | undefined): Promise<void> {
    const failed = (error: unknown, subject: string): void => this.log.warn('an abort could not be read', { subject, error });
    this.subscription = await hearStored(bus, {
      stream: 'PROGRESS',
      subject: subjects.abort(tenant ?? '*', bus.me, '*', '*', '*'),
      wanted: (subject) => this.isHere(keyOf(subject)),
      heard: (stored) => {
        this.running.get(keyOf(stored.subject))?.abandon(abortOf(stored));
        return true;
      },
      failed,
    });
    let { ready } = bus.health;
    this.stopHealth = bus.onHealth((health) => {
      if (health.ready && !ready)
        for (const [key, { address }] of this.running)
          this.look(bus, key, abortSubject(address)).catch((error: unknown) => failed(error, key));
      ready = health.ready;
    });
  }

  /** Whether a stop was heard of before the attempt was here: it is to be looked for before it starts. */
  cameEarly(key: string): boolean {
    return this.early.has(key);
  }

  async stop(): Promise<void> {
    this.stopHealth?.();
    await this.subscription?.stop();
  }

  private isHere(key: string): boolean {
    if (this.running.has(key)) return true;
    this.early.add(key);
    if (this.early.size > MOST_EARLY) this.early.delete(this.early.values().next().value!);
    return false;
  }

  private async look(bus: Bus, key: string, subject: string): Promise<void> {
    const stored = await lastWhenReachable(bus, { stream: 'PROGRESS', subject }, () => this.running.has(key));
    if (stored !== undefined) this.running.get(key)?.abandon(abortOf(stored));
  }
}

const keyOf = (subject: string): string => {
  const [, tenant, , , flowId, taskId, attempt] = subject.split('.');
  return `${tenant}.${flowId}.${taskId}.${attempt}`;
};
