import type { AgentCard, Beat } from '@waggle/protocol';

/** Milliseconds after which a missing beat means that an instance is not there. */
export const BEAT_LIMIT = 3_000;
/** How long an instance that left is remembered, for figures. */
const REMEMBERED = 600_000;
/** Instances of one name: more are not taken in, for anybody may make up instances of its own name. */
const MOST_PER_AGENT = 1_000;

export type Presence = 'live' | 'draining' | 'gone';

export interface Instance {
  name: string;
  instance: string;
  card?: AgentCard;
  beat?: Beat;
  /** When it was last heard of, in milliseconds of this process's monotonic clock. */
  heardAt: number;
  /** The connection that was reported closed: alive again once it beats on another. */
  closed?: number;
}

/** Everybody who was heard of. Time is passed in. */
export class Roster {
  private readonly agents = new Map<string, Map<string, Instance>>();

  card(card: AgentCard, now: number): void {
    const known = this.entry(card.name, card.instance, now);
    if (known !== undefined) known.card = card;
  }

  /** An older beat than the last one changes nothing. Returns whose it is; nobody where no more are taken in. */
  beat(beat: Beat, now: number): Instance | undefined {
    const known = this.entry(beat.name, beat.instance, now);
    if (known === undefined || (known.beat !== undefined && beat.n < known.beat.n)) return known;
    known.beat = beat;
    known.heardAt = now;
    return known;
  }

  /** A connection was reported closed; returns whose it was. */
  closed(clientId: number, fits: (instance: Instance) => boolean): Instance | undefined {
    for (const instance of this.all()) {
      if (instance.beat?.clientId !== clientId || !fits(instance)) continue;
      instance.closed = clientId;
      return instance;
    }
    return undefined;
  }

  /** Nobody could be heard until now: everybody gets one whole beat limit from here. */
  excuse(now: number): void {
    for (const instance of this.all()) instance.heardAt = Math.max(instance.heardAt, now);
  }

  presence(instance: Instance, now: number): Presence {
    const { beat, heardAt, closed } = instance;
    if (beat === undefined || now - heardAt > BEAT_LIMIT || closed === beat.clientId) return 'gone';
    return beat.draining ? 'draining' : 'live';
  }

  *all(): Generator<Instance> {
    for (const instances of this.agents.values()) yield* instances.values();
  }

  of(agent: string): Instance[] {
    return [...(this.agents.get(agent)?.values() ?? [])];
  }

  /** Forgets who has been gone for long. */
  sweep(now: number): void {
    for (const [name, instances] of this.agents) {
      for (const [id, { heardAt }] of instances) if (now - heardAt > REMEMBERED) instances.delete(id);
      if (instances.size === 0) this.agents.delete(name);
    }
  }

  private entry(name: string, instance: string, now: number): Instance | undefined {
    let instances = this.agents.get(name);
    if (instances === undefined) this.agents.set(name, (instances = new Map<string, Instance>()));
    let known = instances.get(instance);
    if (known === undefined) {
      if (instances.size >= MOST_PER_AGENT) return undefined;
      instances.set(instance, (known = { name, instance, heardAt: now }));
    }
    return known;
  }
}
