import { Inject, Injectable } from '@nestjs/common';
import type { Bus, Subscription } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { canBeOf, readLeft } from './domain/left-event.js';
import { readPresence, type PresenceMessage } from './domain/read-presence.js';
import { Roster, type Instance } from './domain/roster.js';

/** By the broker's clock alone. Beats come every second, so whoever is there, or will be again at once, has a younger one. */
const LONG_GONE = 30_000;
/** Cards asked for at once. */
const MOST_ASKED = 100;

/** Hears cards, beats and closed connections, and keeps the roster by them. */
@Injectable()
export class Hearing {
  readonly roster = new Roster();
  private readonly listeners: (() => void)[] = [];
  private readonly subscriptions: Subscription[] = [];
  /** Subjects of cards that are being asked for. */
  private readonly asked = new Set<string>();
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
   * Last values: beats of an earlier run are passed over, and with them the cards; of others that are gone no beat
   * follows, and they drop out after one beat limit. A card may be as old as its instance.
   */
  private async catchUp(): Promise<void> {
    const { time } = await this.bus.figures('BEAT');
    const cards = await this.bus.read('BEAT', subjects.card('*', '*'), { lastPerSubject: true });
    const bySubject = new Map(cards.map((card) => [card.subject, card]));
    for (const beat of await this.bus.read('BEAT', subjects.beat('*', '*'), { lastPerSubject: true })) {
      if (time.getTime() - beat.time.getTime() >= LONG_GONE) continue;
      const card = bySubject.get(cardSubject(beat));
      if (card !== undefined) this.heard(card);
      this.heard(beat);
    }
  }

  private heard(message: PresenceMessage): void {
    const read = readPresence(message);
    const now = performance.now();
    if ('problems' in read)
      return this.log.debug('a card or beat that cannot be read', { subject: message.subject, problems: read.problems });
    if ('card' in read) this.roster.card(read.card, now);
    else {
      const known = this.roster.beat(read.beat, now);
      if (known !== undefined && known.card === undefined) this.ask(cardSubject(message));
    }
    this.tell();
  }

  /** Who beats and has no card here was passed over or not heard: its card is with the broker. */
  private ask(subject: string): void {
    if (this.asked.has(subject) || this.asked.size >= MOST_ASKED) return;
    this.asked.add(subject);
    this.bus
      .last('BEAT', subject)
      .then((card) => card && this.heard(card))
      .catch((error: unknown) => this.log.debug('a card cannot be read', { subject, error }))
      .finally(() => this.asked.delete(subject));
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

/** Where the card of the instance lies whose beat this is. */
const cardSubject = ({ subject }: PresenceMessage): string => {
  const [, , agent, instance] = subject.split('.') as [string, string, string, string];
  return subjects.card(agent, instance);
};
