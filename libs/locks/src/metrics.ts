import { codeOf } from '@waggle/protocol';

/** Where figures go to: what `@waggle/service` has, and anything like prom-client. */
export interface LockMeter {
  counter(name: string, help: string, labelNames?: string[]): { inc(labels: Record<string, string>): void };
  histogram(
    name: string,
    help: string,
    options?: { labelNames?: string[]; buckets?: number[] },
  ): { observe(labels: Record<string, string>, value: number): void };
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5, 30, 300];

/** Counts what becomes of locks; costs nothing where nobody listens. */
export class LockMetrics {
  private readonly meter;

  constructor(meter?: LockMeter) {
    this.meter = meter && {
      acquire: meter.histogram('waggle_lock_acquire_seconds', 'From the asking to the holding', { labelNames: ['mode'], buckets: BUCKETS }),
      hold: meter.histogram('waggle_lock_hold_seconds', 'How long locks were held', { buckets: BUCKETS }),
      contended: meter.counter('waggle_lock_contended_total', 'Askings that had to wait'),
      refused: meter.counter('waggle_lock_refused_total', 'Askings that did not get it, by code', ['code']),
      lost: meter.counter('waggle_lock_lost_total', 'Locks that were lost while held'),
    };
  }

  acquired(seconds: number, permits: number): void {
    this.meter?.acquire.observe({ mode: permits === 1 ? 'exclusive' : 'shared' }, seconds);
  }

  released(seconds: number): void {
    this.meter?.hold.observe({}, seconds);
  }

  contended(): void {
    this.meter?.contended.inc({});
  }

  refused(error: unknown): void {
    this.meter?.refused.inc({ code: codeOf(error) ?? 'CANCELED' });
  }

  lost(): void {
    this.meter?.lost.inc({});
  }
}
