import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import type { StreamName } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { Intake } from './intake.js';
import { WATCHED_SOURCES } from './watched-sources.js';

const LOOK_EVERY = 1_000;
/** The broker writes INPUT to disk every two minutes: older inputs it has not forgotten. */
const SPAN = 10 * 60_000;
/** Messages read in one go. */
const LOT = 500;
/** Until what could not be dealt with is read again. */
const PAUSE = 500;

/**
 * Where the broker syncs each write, INPUT alone is written to disk some time later (docs/adr/0027): what it held last,
 * a broker that lost its power has forgotten, though it may know that it has copied it. So after each start, and each
 * time the broker was away, what the sources stored in the minutes before is read from them. Its origin says what is
 * known already.
 */
@Injectable()
export class ForgottenInputs {
  private done = false;
  /** The broker's time when it was last seen to be there. */
  private seen?: Date;
  private timer?: NodeJS.Timeout;
  private looking?: Promise<void>;
  private stopHearing?: () => void;
  private stopped = false;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly intake: Intake,
    private readonly log: Log,
  ) {}

  start(): void {
    this.stopHearing = this.bus.onHealth(({ ready }) => {
      if (!ready) this.done = false;
    });
    const look = (): void => {
      this.looking ??= this.look()
        .catch((error: unknown) => this.log.warn('what the broker may have forgotten could not be read', { error }))
        .finally(() => (this.looking = undefined));
    };
    look();
    this.timer = setInterval(look, LOOK_EVERY);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.stopHearing?.();
    clearInterval(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    const input = await this.bus.figures('INPUT');
    if (!input.mayForget) return;
    if (!this.done) {
      // a connection that is lost meanwhile makes it begin anew
      this.done = true;
      await this.readAll(await this.lastSeen()).catch((error: unknown) => {
        this.done = false;
        throw error;
      });
    }
    this.seen = input.time;
  }

  /** When the broker was there for sure: as this process saw it, or when a flow last went on. */
  private async lastSeen(): Promise<Date> {
    return this.seen ?? (await this.bus.figures('FLOW')).lastTime ?? new Date(SPAN);
  }

  private async readAll(seen: Date): Promise<void> {
    const since = new Date(seen.getTime() - SPAN);
    const counts = await Promise.all(WATCHED_SOURCES.map(([stream, filter]) => this.readOne(stream, { filter, since })));
    const messages = counts.reduce((sum, count) => sum + count, 0);
    this.log.info('what the broker may have forgotten was read from its sources', { since, messages });
  }

  private async readOne(stream: StreamName, { filter, since }: { filter: string; since: Date }): Promise<number> {
    let after: number | undefined;
    for (let count = 0; ;) {
      const messages = await this.bus.read(stream, filter, { ...(after === undefined ? { since } : { after }), limit: LOT });
      if (messages.length === 0 || this.stopped) return count;
      const settled = await Promise.all(messages.map((message) => this.intake.takeStored(stream, message)));
      const open = settled.indexOf(false);
      count += open < 0 ? messages.length : open;
      after = open < 0 ? messages.at(-1)!.sequence : messages[open]!.sequence - 1;
      if (open >= 0) await delay(PAUSE);
    }
  }
}
