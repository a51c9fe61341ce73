/** At most five a second. */
const LEAST_GAP = 200;

/** Thins out reports of progress: the last one of each 200 ms is told, and the very last one always. */
export class Progress {
  private pending?: { fraction: number; message?: string };
  private last = { fraction: -1, message: undefined as string | undefined };
  private timer?: NodeJS.Timeout;
  private toldAt = -Infinity;

  constructor(
    private readonly tell: (fraction: number, message?: string) => void,
    /** Called at every report that differs from the one before it. */
    private readonly moved: () => void,
  ) {}

  report(fraction: number, message?: string): void {
    const part = Number.isNaN(fraction) ? 0 : Math.min(1, Math.max(0, fraction));
    if (part === this.last.fraction && message === this.last.message) return;
    this.last = { fraction: part, message };
    this.pending = { fraction: part, message };
    this.moved();
    const gap = this.toldAt + LEAST_GAP - performance.now();
    if (gap <= 0) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), gap);
  }

  /** Tells now what has not been told yet. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { pending } = this;
    if (pending === undefined) return;
    this.pending = undefined;
    this.toldAt = performance.now();
    this.tell(pending.fraction, pending.message);
  }

  /** Nothing more is told. */
  stop(): void {
    clearTimeout(this.timer);
    this.pending = undefined;
  }
}
