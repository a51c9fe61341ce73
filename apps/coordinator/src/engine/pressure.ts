import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import type { StreamName } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';

/** Parts of a stream's room from which on new submissions are refused, so that what runs can always end. */
const REFUSE: Partial<Record<StreamName, number>> = { FLOW: 0.7, TIMER: 0.7, INPUT: 0.5 };
/** A full INPUT loses nothing but crawls: said early. */
const INPUT_ALARM = 0.2;
/** Figures older than this are read again, when a submission asks. */
const FRESH = 1_000;

/** Whether the broker's disk has room for new flows. Looks while submissions come, and not otherwise. */
@Injectable()
export class Pressure {
  private readonly full = new Map<string, number>();
  private readAt = -Infinity;
  private reading = false;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  /** By the figures of a moment ago; never waits. */
  overloaded(): boolean {
    if (!this.reading && performance.now() - this.readAt > FRESH) void this.look();
    return [...this.full].some(([stream, part]) => part >= REFUSE[stream as StreamName]!);
  }

  /** Reads the figures. */
  async look(): Promise<void> {
    this.reading = true;
    try {
      for (const stream of Object.keys(REFUSE) as StreamName[]) this.note(stream, await this.bus.figures(stream));
    } catch (error) {
      this.log.warn('the figures of the streams cannot be read', { error });
    } finally {
      this.readAt = performance.now();
      this.reading = false;
    }
  }

  private note(stream: StreamName, { bytes, maxBytes }: { bytes: number; maxBytes: number }): void {
    const part = maxBytes > 0 ? bytes / maxBytes : 0;
    const before = this.full.get(stream) ?? 0;
    this.full.set(stream, part);
    const limit = REFUSE[stream]!;
    if (part >= limit && before < limit) this.log.error('a stream is nearly full: new submissions are refused', { stream, part });
    if (part < limit && before >= limit) this.log.info('the stream has room again', { stream, part });
    if (stream === 'INPUT' && part >= INPUT_ALARM && before < INPUT_ALARM)
      this.log.error('INPUT fills up: coordinators are too slow or missing', { part });
  }
}
