import { hearStored, lastWhenReachable, type Bus, type Subscription } from '@waggle/bus';
import { MESSAGE_TYPES, subjects, type FlowStatus, type Outcome } from '@waggle/protocol';
import { payloadOf } from './payload-of.js';
import type { Outcomes } from './outcomes.js';

/** What watching a flow shows: where it is, as often as that changes, and its end last. */
export type FlowUpdate = { kind: 'status'; status: FlowStatus } | { kind: 'outcome'; outcome: Outcome };

export interface WatchOptions {
  /** Ends the watching; the flow goes on. */
  signal?: AbortSignal;
}

/** Holds the newest status that has not been taken: a slow watcher skips, and nothing piles up. */
class Latest {
  private status?: FlowStatus;
  private version = -1;
  private outcome?: Outcome;
  private error?: Error;
  private ended = false;
  private wake: () => void = () => undefined;

  /** False: as new a one was shown already. */
  show(status: FlowStatus): boolean {
    if (status.version <= this.version) return false;
    this.version = status.version;
    this.status = status;
    this.wake();
    return true;
  }

  end(outcome?: Outcome): void {
    this.outcome = outcome;
    this.ended = true;
    this.wake();
  }

  fail(error: unknown): void {
    this.error = error instanceof Error ? error : new Error(String(error));
    this.end();
  }

  async *updates(): AsyncGenerator<FlowUpdate> {
    for (;;) {
      const { status, outcome } = this;
      this.status = undefined;
      if (status !== undefined) yield { kind: 'status', status };
      else if (this.error !== undefined) throw this.error;
      else if (outcome !== undefined) {
        yield { kind: 'outcome', outcome };
        return;
      } else if (this.ended) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

/** Status after status, then the outcome; ends after it, or when the signal aborts. */
export async function* watchFlow(
  of: { bus: Bus; tenant: string; owner: string; outcomes: Outcomes },
  flowId: string,
  options: WatchOptions = {},
): AsyncGenerator<FlowUpdate> {
  const { bus, tenant, owner, outcomes } = of;
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  const latest = new Latest();
  const subject = subjects.status(tenant, owner, flowId);
  const read = async (): Promise<void> => {
    const stored = await lastWhenReachable(bus, { stream: 'PROGRESS', subject }, () => !signal.aborted);
    if (stored !== undefined) latest.show(payloadOf(MESSAGE_TYPES.status, stored));
  };
  let subscription: Subscription | undefined;
  const stopHealth = bus.onHealth((health) => void (health.ready && read().catch((error: unknown) => latest.fail(error))));
  try {
    subscription = await hearStored(bus, {
      stream: 'PROGRESS',
      subject,
      wanted: () => !signal.aborted,
      heard: (stored) => latest.show(payloadOf(MESSAGE_TYPES.status, stored)),
      failed: (error) => latest.fail(error),
    });
    outcomes.of(flowId, { signal }).then(
      (outcome) => latest.end(outcome),
      (error: unknown) => (signal.aborted ? latest.end() : latest.fail(error)),
    );
    await read();
    yield* latest.updates();
  } finally {
    stop.abort();
    stopHealth();
    await subscription?.stop();
  }
}
