import { hostname } from 'node:os';
import type { Bus } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects, type AgentCard, type Beat } from '@waggle/protocol';
import type { Log } from './logging/log.js';

const BEAT_EVERY = 1_000;
const JITTER = 0.1;
/** Beats asked for in a burst become one. */
const LEAST_GAP = 25;
/** A card is kept by the broker for a limited time (a day). */
const CARD_EVERY = 300_000;

/** What a service says of itself beyond its name. */
export type Offer = Partial<Pick<AgentCard, 'kind' | 'description' | 'skills' | 'capabilities' | 'maxConcurrent' | 'priority'>>;
/** What changes from beat to beat. */
export type Load = Partial<Omit<Beat, 'name' | 'instance' | 'n' | 'clientId' | 'memory'>>;

export interface PresenceOptions {
  bus: Bus;
  log: Log;
  instance: string;
  version: string;
}

const IDLE = { draining: false, slots: 0, busy: 0, waiting: 0, completed: 0, failed: 0, workedMs: 0, held: [] };

/**
 * Makes a service seen: its card at start and on change, a beat every second, both as last values on subjects of its own.
 * Beats are told, not asked to arrive: a missed one is made up for by the next.
 */
export class Presence {
  private readonly startedAt = new Date().toISOString();
  private offer: Offer = {};
  private load: () => Load = () => ({});
  private timer?: NodeJS.Timeout;
  private started = false;
  /** A beat was asked for before the first one was out. */
  private asked = false;
  private draining = false;
  private sending?: Promise<void>;
  private again = false;
  private n = 0;
  private lastBeat = 0;
  private lastCard = 0;

  constructor(private readonly options: PresenceOptions) {}

  /** What the card says; published now when the service is already seen. */
  describe(offer: Offer): void {
    this.offer = offer;
    this.lastCard = 0;
    if (this.started) this.beatSoon();
  }

  /** Asked at every beat. */
  report(load: () => Load): void {
    this.load = load;
  }

  /** Card first, then the first beat; fails as `publish` does, for a service that cannot be seen is not up. */
  async start(): Promise<void> {
    await this.sendCard();
    await this.sendBeat();
    this.started = true;
    if (this.asked) this.beatSoon();
    else this.plan();
  }

  /** A beat now instead of at the next second: something worth knowing has changed. */
  beatSoon(): void {
    this.asked = !this.started;
    if (this.asked) return;
    this.plan(Math.max(0, this.lastBeat + LEAST_GAP - performance.now()));
  }

  /** From now on every beat says that nothing new is taken. */
  drain(): void {
    this.draining = true;
    this.beatSoon();
  }

  /** One last beat; it says `draining`. */
  async stop(): Promise<void> {
    if (!this.started) return;
    this.started = false;
    this.draining = true;
    clearTimeout(this.timer);
    await this.sending;
    await this.sendBeat().catch(() => undefined);
  }

  private plan(delay = BEAT_EVERY * (1 + JITTER * (2 * Math.random() - 1))): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tick(), delay);
    this.timer.unref();
  }

  private tick(): void {
    if (this.sending !== undefined) {
      this.again = true;
      return;
    }
    this.sending = this.send()
      .catch((error: unknown) => this.options.log.debug('a beat was not sent', { error }))
      .finally(() => {
        this.sending = undefined;
        if (!this.started) return;
        this.plan(this.again ? LEAST_GAP : undefined);
        this.again = false;
      });
  }

  private async send(): Promise<void> {
    if (performance.now() - this.lastCard > CARD_EVERY || this.lastCard === 0) await this.sendCard();
    await this.sendBeat();
  }

  private async sendCard(): Promise<void> {
    const { bus, instance, version } = this.options;
    const card: AgentCard = {
      name: bus.me,
      instance,
      description: '',
      version,
      kind: 'service',
      skills: [],
      capabilities: [],
      maxConcurrent: 0,
      priority: 0,
      ...this.offer,
      startedAt: this.startedAt,
      pid: process.pid,
      host: hostname(),
    };
    await this.publish(subjects.card(bus.me, instance), MESSAGE_TYPES.card, card);
    this.lastCard = performance.now();
  }

  private async sendBeat(): Promise<void> {
    const { bus, instance } = this.options;
    this.lastBeat = performance.now();
    const load = { ...IDLE, ...this.load() };
    const beat: Beat = {
      ...load,
      name: bus.me,
      instance,
      n: this.n++,
      clientId: bus.connection.clientId,
      draining: load.draining || this.draining,
      memory: process.memoryUsage.rss(),
    };
    await this.publish(subjects.beat(bus.me, instance), MESSAGE_TYPES.beat, beat);
  }

  private async publish(subject: string, type: string, payload: AgentCard | Beat): Promise<void> {
    const { bus } = this.options;
    const message = createMessage({ type, from: bus.me, tenant: '_', payload });
    await bus.publish(subject, JSON.stringify(message), { timeout: BEAT_EVERY });
  }
}
