import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import type { StreamName } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { Intake } from './intake.js';
import { SourcePositions } from './source-positions.js';
import { WATCHED_SOURCES } from './watched-sources.js';

const LOOK_EVERY = 1_000;
/** The broker hears of a source each second: after so many milliseconds without, it copies nothing. */
const SILENT = 2_500;
/** Messages read in one go. */
const LOT = 500;

/**
 * Reads from its sources what INPUT does not bring. In a cluster, a stream that copies another loses it with the
 * other's leader, and the server tries again after ten seconds, then twenty, and so on (nats-server 2.15.1); flows
 * do not wait for that. What comes twice is known by its origin.
 */
@Injectable()
export class SilentSources {
  private readonly heard = new Map<StreamName, number>();
  /** What was stored before the start is INPUT's to bring. */
  private readonly since = new Map<StreamName, number>();
  private timer?: NodeJS.Timeout;
  private looking?: Promise<void>;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly positions: SourcePositions,
    private readonly intake: Intake,
    private readonly log: Log,
  ) {}

  start(): void {
    for (const [stream] of WATCHED_SOURCES) this.heard.set(stream, performance.now());
    const look = (): void => {
      this.looking ??= this.look().finally(() => (this.looking = undefined));
    };
    look();
    this.timer = setInterval(look, LOOK_EVERY);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    const sources = await this.sources();
    await Promise.all(WATCHED_SOURCES.map(([stream, filter]) => this.follow(stream, filter, sources[stream] ?? Infinity)));
  }

  /** While nobody leads INPUT, all of them are silent. */
  private async sources(): Promise<Record<string, number>> {
    try {
      return (await this.bus.figures('INPUT')).sources ?? {};
    } catch (error) {
      this.log.debug('the sources of inputs are not known', { error });
      return {};
    }
  }

  private async follow(stream: StreamName, filter: string, silent: number): Promise<void> {
    const now = performance.now();
    try {
      if (!this.since.has(stream)) this.since.set(stream, (await this.bus.figures(stream)).lastSequence);
      if (silent < SILENT) this.heard.set(stream, now);
      else if (now - this.heard.get(stream)! >= SILENT) await this.sweep(stream, filter);
    } catch (error) {
      this.log.warn('a source of inputs is silent and cannot be read', { stream, error });
    }
  }

  private async sweep(stream: StreamName, filter: string): Promise<void> {
    const after = Math.max(this.since.get(stream)!, this.positions.of(stream));
    const messages = await this.bus.read(stream, filter, { after, limit: LOT });
    if (messages.length === 0) return;
    this.log.info('inputs are read from their source, which is silent', { stream, messages: messages.length });
    const settled = await Promise.all(messages.map((message) => this.intake.takeStored(stream, message)));
    const open = settled.indexOf(false);
    this.positions.read({ stream, sequence: open < 0 ? messages.at(-1)!.sequence : messages[open]!.sequence - 1 });
  }
}
