import { Inject, Injectable } from '@nestjs/common';
import type { Bus, Subscription } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { canBeOf, readLeft } from './domain/left-event.js';
import { readPresence, type PresenceMessage } from './domain/read-presence.js';
import { Roster, type Instance } from './domain/roster.js';

/** By the broker's clock alone. Cards come again every quarter of a minute, so whoever is there is younger. */
const LONG_GONE = 30_000;

/** Hears cards, beats and closed connections, and keeps the roster by them. */
@Injectable()
export class Hearing {
  readonly roster = new Roster();
  private readonly listeners: (() => void)[] = [];
  private readonly subscriptions: Subscription[] = [];
  private stopHealth?: () => void;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  /** Told when somebody was heard of or left. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  async start(): Promise<void> {
    for (const subject of [subjects.card('*', '*'), subjects.beat('*', '*')]) {
      this.subscriptions.push(await this.bus.subscribe(subject, (message) => this.heard(message)));
    }
    this.subscriptions.push(await this.bus.subscribe(subjects.left('>'), (message) => this.left(message.text())));
    // first listen, then read: what comes between is heard
    await this.catchUp();
    let ready = true;
    this.stopHealth = this.bus.onHealth((health) => {
      if (health.ready && !ready) {
        this.roster.excuse(performance.now());
        this.catchUp().catch((error: unknown) => this.log.warn('the last beats cannot be read', { error }));
      }
      ready = health.ready;
    });
  }

  async stop(): Promise<void> {
    this.stopHealth?.();
    await Promise.all(this.subscriptions.map((subscription) => subscription.stop()));
  }

  /**
   * Last values: those of an earlier run are passed over; of others that are gone no beat follows, and they drop out after
   * one beat limit.
   */
  private async catchUp(): Promise<void> {
    const { time } = await this.bus.figures('BEAT');
    for (const subject of [subjects.card('*', '*'), subjects.beat('*', '*')]) {
      const messages = await this.bus.read('BEAT', subject, { lastPerSubject: true });
      for (const message of messages) if (time.getTime() - message.time.getTime() < LONG_GONE) this.heard(message);
    }
  }

  private heard(message: PresenceMessage): void {
    const read = readPresence(message);
    const now = performance.now();
    if ('problems' in read)
      return this.log.debug('a card or beat that cannot be read', { subject: message.subject, problems: read.problems });
    if ('card' in read) this.roster.card(read.card, now);
    else this.roster.beat(read.beat, now);
    this.tell();
  }

  private left(text: string): void {
    const left = readLeft(text);
    if (left === undefined) return;
    const gone: Instance | undefined = this.roster.closed(left.clientId, (instance) => canBeOf(left, instance));
    if (gone === undefined) return;
    this.log.info('an instance left', { agent: gone.name, instance: gone.instance, reason: left.reason });
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
