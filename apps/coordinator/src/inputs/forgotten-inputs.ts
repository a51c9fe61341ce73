import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Bus, StoredMessage } from '@waggle/bus';
import type { StreamName } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { inParallel } from '../domain/in-parallel.js';
import { Intake } from './intake.js';
import { SourcePositions } from './source-positions.js';
import { WATCHED_SOURCES } from './watched-sources.js';

/** All that INPUT copies: events too, which nobody else reads from their source. */
const SOURCES: typeof WATCHED_SOURCES = [...WATCHED_SOURCES, ['EVENT', '>']];
/** The broker writes INPUT to disk every two minutes: older inputs it has not forgotten. */
const SPAN = 10 * 60_000;
/** Messages read in one go. */
const LOT = 500;
/** Until what failed is tried again, and what could not be dealt with is read again: longer each time. */
const AGAIN = { first: 500, most: 30_000 };
/** Inputs of a source that could not be dealt with: with more of them, nothing more is read. */
const MOST_OPEN = 100_000;
/** Of those, looked for at once. */
const WIDTH = 32;

/**
 * Where the broker syncs each write, INPUT alone is written to disk some time later (docs/adr/0027): what it held last,
 * a broker that lost its power has forgotten, though it may know that it has copied it. So after each start, and each
 * time the broker was away, what the sources stored in the minutes before is read from them. Its origin says what is
 * known already. An input that cannot be dealt with holds up no other: it is read again and again, until it is dealt with
 * or INPUT brings it.
 */
@Injectable()
export class ForgottenInputs {
  /** What was stored since then is still to be read. Not known yet: since the last sign of life of the broker. */
  private since?: Date;
  private owed = true;
  private breaks = 0;
  /** The broker's clock at a moment of ours, when it was there for sure. */
  private known?: { time: number; at: number };
  private pause = AGAIN.first;
  private timer?: NodeJS.Timeout;
  private looking?: Promise<void>;
  private stopHearing?: () => void;
  private stopped = false;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly intake: Intake,
    private readonly positions: SourcePositions,
    private readonly log: Log,
  ) {}

  start(): void {
    let { ready } = this.bus.health;
    this.stopHearing = this.bus.onHealth((health) => {
      if (ready && !health.ready) this.lost();
      if (!ready && health.ready) this.lookIn(0);
      ready = health.ready;
    });
    this.lookIn(0);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.stopHearing?.();
    clearTimeout(this.timer);
    await this.looking;
  }

  private lost(): void {
    this.breaks++;
    if (!this.owed && this.known) this.since = new Date(this.known.time + (performance.now() - this.known.at) - SPAN);
    this.owed = true;
  }

  private lookIn(millis: number): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    this.timer = setTimeout(() => void (this.looking ??= this.look().finally(() => (this.looking = undefined))), millis).unref();
  }

  private async look(): Promise<void> {
    const { breaks } = this;
    try {
      const { mayForget, time } = await this.bus.figures('INPUT');
      this.known = { time: time.getTime(), at: performance.now() };
      if (mayForget && this.owed) await this.readAll((this.since ??= await this.lastSign()));
      // one that broke meanwhile may have forgotten more
      if (breaks === this.breaks) [this.owed, this.since] = [false, undefined];
      for (const [stream] of SOURCES) await this.readOpen(stream);
    } catch (error) {
      this.log.warn('what the broker may have forgotten could not be read', { error });
    }
    if (breaks !== this.breaks) this.pause = AGAIN.first;
    if (!this.owed && this.open === 0) return void (this.pause = AGAIN.first);
    this.lookIn(this.pause);
    this.pause = Math.min(AGAIN.most, this.pause * 2);
  }

  /** When this process starts: some time before a flow last went on. */
  private async lastSign(): Promise<Date> {
    const { lastTime } = await this.bus.figures('FLOW');
    return new Date(Math.max(0, (lastTime?.getTime() ?? 0) - SPAN));
  }

  private async readAll(since: Date): Promise<void> {
    const began = performance.now();
    const counts = await Promise.all(SOURCES.map(([stream, filter]) => this.readOne(stream, { filter, since })));
    const messages = counts.reduce((sum, count) => sum + count, 0);
    const millis = Math.round(performance.now() - began);
    this.log.info('what the broker may have forgotten was read from its sources', { since, messages, millis, open: this.open });
  }

  private async readOne(stream: StreamName, { filter, since }: { filter: string; since: Date }): Promise<number> {
    const open = this.positions.openOf(stream);
    let after: number | undefined;
    for (let count = 0; ;) {
      const messages = await this.bus.read(stream, filter, { ...(after === undefined ? { since } : { after }), limit: LOT });
      if (messages.length === 0 || this.stopped) return count;
      for (const { sequence } of messages) open.add(sequence);
      await Promise.all(messages.map((message) => this.take(stream, message)));
      count += messages.length;
      after = messages.at(-1)!.sequence;
      while (open.size >= MOST_OPEN && !this.stopped) {
        await delay(AGAIN.first, undefined, { ref: false });
        await this.readOpen(stream);
      }
    }
  }

  /** What is not dealt with goes to the end of the line, unless INPUT has brought it. */
  private async take(stream: StreamName, message: StoredMessage): Promise<void> {
    const open = this.positions.openOf(stream);
    const { sequence } = message;
    const settled = await this.intake.takeStored(stream, message);
    if (open.delete(sequence) && !settled) open.add(sequence);
  }

  private async readOpen(stream: StreamName): Promise<void> {
    const open = this.positions.openOf(stream);
    await inParallel([...open].slice(0, LOT), WIDTH, async (sequence) => {
      const [message] = this.stopped ? [] : await this.bus.read(stream, '>', { after: sequence - 1, limit: 1 });
      if (message?.sequence === sequence) await this.take(stream, message);
      // it was removed from its source
      else if (!this.stopped) open.delete(sequence);
    });
  }

  private get open(): number {
    return SOURCES.reduce((sum, [stream]) => sum + this.positions.openOf(stream).size, 0);
  }
}
