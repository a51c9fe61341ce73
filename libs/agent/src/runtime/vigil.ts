import type { Deadline, Deadlines } from './deadlines.js';

export interface VigilOptions {
  deadlines: Deadlines;
  /** Milliseconds until the attempt is given up. */
  deadline: number;
  /** Milliseconds without progress after which it counts as stuck. */
  heartbeat?: number;
  onLapse: (code: 'TASK_TIMEOUT' | 'HEARTBEAT_TIMEOUT') => void;
}

/** Watches over one attempt by the process's own monotonic clock, until the deadline or the skill's heartbeat lapses. */
export class Vigil {
  private readonly deadline: Deadline;
  private heart?: NodeJS.Timeout;
  private paused = 0;

  constructor(private readonly options: VigilOptions) {
    this.deadline = { at: performance.now() + options.deadline, onLapse: () => this.lapse('TASK_TIMEOUT') };
    options.deadlines.add(this.deadline);
    this.progressed();
  }

  /** Progress has moved. */
  progressed(): void {
    const { heartbeat } = this.options;
    if (heartbeat === undefined || this.paused > 0) return;
    if (this.heart === undefined) this.heart = setTimeout(() => this.lapse('HEARTBEAT_TIMEOUT'), heartbeat);
    else this.heart.refresh();
  }

  /** While it waits for a child flow an attempt need not report progress. */
  async pausing<T>(wait: () => Promise<T>): Promise<T> {
    this.paused++;
    clearTimeout(this.heart);
    this.heart = undefined;
    try {
      return await wait();
    } finally {
      this.paused--;
      if (!this.stopped) this.progressed();
    }
  }

  private stopped = false;

  stop(): void {
    this.stopped = true;
    this.options.deadlines.remove(this.deadline);
    clearTimeout(this.heart);
  }

  private lapse(code: 'TASK_TIMEOUT' | 'HEARTBEAT_TIMEOUT'): void {
    this.stop();
    this.options.onLapse(code);
  }
}
