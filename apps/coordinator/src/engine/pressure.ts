import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import type { Submission } from '@waggle/flow';
import type { StreamName } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { COORDINATOR_CONFIG, type CoordinatorConfig } from '../coordinator-config.js';
import { admit, type Refusal } from '../domain/admission.js';
import { Shares } from '../domain/shares.js';
import { Directory } from './directory.js';
import { QueueDepths } from './queue-depths.js';

/** Parts of a stream's room from which on new submissions are refused, so that what runs can always end. */
const REFUSE: Partial<Record<StreamName, number>> = { FLOW: 0.7, TIMER: 0.7, INPUT: 0.5 };
/** A full INPUT loses nothing but crawls: said early. */
const INPUT_ALARM = 0.2;
/** Figures older than this are read again, when a submission asks. */
const FRESH = 500;
/** Of its share: a tenant that has had less than that does not wait behind the tasks of others. */
const QUIET = 0.5;
/** A full disk is emptied by retention: slowly. */
const FULL_RETRY = 60_000;

/**
 * Whether the mesh takes new flows: by room on the broker's disk, by the tasks that wait for the agents that would get
 * the work, and by the inputs that wait for coordinators. Looks while submissions come, and not otherwise.
 */
@Injectable()
export class Pressure {
  private readonly full = new Map<string, number>();
  private readonly shares = new Shares();
  private inputs = 0;
  private readAt = -Infinity;
  private reading = false;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(COORDINATOR_CONFIG) private readonly config: CoordinatorConfig,
    private readonly directory: Directory,
    private readonly depths: QueueDepths,
    private readonly log: Log,
  ) {}

  /** Why a flow must be refused, by the figures of a moment ago; undefined: it may begin. Never waits. */
  refuses(tenant: string, { skill }: Pick<Submission, 'skill'>): Refusal | undefined {
    const now = performance.now();
    this.shares.note(tenant, now);
    if (!this.reading && now - this.readAt > FRESH) void this.look();
    if ([...this.full].some(([stream, part]) => part >= REFUSE[stream as StreamName]!))
      return { retryAfter: FULL_RETRY, why: 'the broker is nearly full' };
    const offers = skill === undefined ? undefined : this.directory.find(skill)?.offers;
    const queue = offers === undefined ? undefined : this.depths.shortest(offers);
    return admit({ inputs: this.inputs, queue, share: this.shares.of(tenant, now) }, this.config.depths);
  }

  /** Whether tasks of this tenant are to go before others': lately a queue was longer than its agents' slots, and not by this tenant. */
  goesFirst(tenant: string, skill: string): boolean {
    const now = performance.now();
    this.shares.note(tenant, now);
    if (this.shares.of(tenant, now) >= QUIET) return false;
    const queue = this.depths.shortest(this.directory.find(skill)?.offers ?? []);
    return queue !== undefined && queue.lately > queue.slots;
  }

  /** Reads the figures of the streams. */
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

  private note(stream: StreamName, { bytes, maxBytes, messages }: { bytes: number; maxBytes: number; messages: number }): void {
    const part = maxBytes > 0 ? bytes / maxBytes : 0;
    const before = this.full.get(stream) ?? 0;
    this.full.set(stream, part);
    const limit = REFUSE[stream]!;
    if (part >= limit && before < limit) this.log.error('a stream is nearly full: new submissions are refused', { stream, part });
    if (part < limit && before >= limit) this.log.info('the stream has room again', { stream, part });
    if (stream !== 'INPUT') return;
    this.inputs = messages;
    if (part >= INPUT_ALARM && before < INPUT_ALARM) this.log.error('INPUT fills up: coordinators are too slow or missing', { part });
  }
}
