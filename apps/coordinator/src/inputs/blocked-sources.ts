import { Inject, Injectable } from '@nestjs/common';
import { nextStored, type Bus, type StoredSize } from '@waggle/bus';
import type { StreamName } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { Audit } from '../engine/audit.js';
import { SourcePositions } from './source-positions.js';

const LOOK_EVERY = 1_000;
/** Messages looked at in one go: after a start there may be days of them. */
const LOOKS = 200;
/** A copy's header holds its origin too (512 bytes and the subject at most), and this is the longest that the server stores. */
const LONGEST_HEADER = 65_535;
const ORIGIN = 512;

/** Sources of INPUT that others than core services write. */
const WATCHED = ['SUBMIT', 'RESULT'] as const satisfies readonly StreamName[];

interface Watched {
  stream: StreamName;
  /** Every message up to here was copied, or would fit. */
  good: number;
  /** `good` at the look before. */
  before: number;
}

/**
 * The broker copies a source's messages into INPUT in their order, adding a header; one whose header is too long with it
 * is tried for ever, and what stands behind it waits. Found by its length where a source does not move on, audited, and
 * removed. Its sender hears nothing more of it: no library of ours writes such headers.
 */
@Injectable()
export class BlockedSources {
  private readonly watched = new Map<string, Watched>(WATCHED.map((stream) => [stream, { stream, good: 0, before: -1 }]));
  private timer?: NodeJS.Timeout;
  private looking?: Promise<void>;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly positions: SourcePositions,
    private readonly audit: Audit,
    private readonly log: Log,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.looking ??= this.look().finally(() => (this.looking = undefined));
    }, LOOK_EVERY);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    for (const watched of this.watched.values()) {
      try {
        watched.good = Math.max(watched.good, this.positions.copiedOf(watched.stream));
        // while it moves, nothing blocks it
        if (watched.good === watched.before) await this.walk(watched);
        watched.before = watched.good;
      } catch (error) {
        this.log.warn('a source of inputs could not be looked at', { stream: watched.stream, error });
      }
    }
  }

  private async walk(watched: Watched): Promise<void> {
    for (let looks = 0; looks < LOOKS; looks++) {
      const next = await nextStored(this.bus, watched.stream, watched.good);
      if (next === undefined) return;
      if (next.headerBytes > LONGEST_HEADER - ORIGIN - next.subject.length) await this.remove(watched.stream, next);
      watched.good = Math.max(watched.good, next.sequence);
    }
  }

  private async remove(stream: StreamName, { subject, sequence, headerBytes }: StoredSize): Promise<void> {
    const [, tenant, kind, actor, flowId] = subject.split('.') as [string, string, string, string, string];
    this.log.error('a message blocked all inputs behind it: removed', { stream, sequence, subject, headerBytes });
    const reason = 'MESSAGE_TOO_LARGE';
    await this.audit.record(tenant, { kind, actor, action: kind, object: flowId, outcome: 'refused', reason, data: { headerBytes } });
    await this.bus.purge(stream, subject, { upTo: sequence });
  }
}
