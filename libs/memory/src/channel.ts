import { loadValues, storeLarge } from '@waggle/bus';
import { isToken, subjects, WaggleError } from '@waggle/protocol';
import type { Desk } from './desk.js';
import { Wakes } from './wakes.js';

/** A message of a channel. Sequences grow; two messages next to each other need not have neighbouring ones. */
export interface Said<T = unknown> {
  sequence: number;
  id: string;
  by: string;
  at: string;
  body: T;
}

export interface ListenOptions {
  /** Where to begin: everything that was ever said (default), what is said from now on, or what came after a sequence. */
  from?: 'start' | 'now' | number;
  signal?: AbortSignal;
}

const LOOK_AGAIN = 5_000;

/** What the agents of a session say to one another: kept in order for as long as the session lives. */
export class Channel {
  constructor(
    private readonly desk: Desk,
    private readonly session: string,
    readonly name: string,
  ) {
    if (!isToken(name)) throw new WaggleError('INVALID_MESSAGE', 'channel must be 1 to 64 of A-Z, a-z, 0-9, _ and -.', { path: 'name' });
  }

  /** Resolves with its place once it is stored, once, however often it had to be sent. */
  async send(body: unknown): Promise<number> {
    const { bus, tenant } = this.desk;
    const sent = await storeLarge(bus, tenant, body);
    return (await this.desk.write<{ sequence: number }>('send', { ...this.place, body: sent })).sequence;
  }

  /** Up to `limit` (100) messages after a sequence (0). Large bodies are fetched. */
  async read<T = unknown>(options: { after?: number; limit?: number } = {}): Promise<{ messages: Said<T>[]; more: boolean }> {
    const { messages, more } = await this.desk.read<{ messages: Said[]; more: boolean }>('read', { ...this.place, ...options });
    return { messages: await Promise.all(messages.map((each) => this.whole<T>(each))), more };
  }

  /** Every message from there on, each once and in order, until the signal aborts. */
  async *listen<T = unknown>({ from = 'start', signal }: ListenOptions = {}): AsyncGenerator<Said<T>> {
    const { bus, tenant } = this.desk;
    const subject = subjects.channel(tenant, this.session, this.name, '*');
    const wakes = await Wakes.on(bus, (wake) => bus.subscribe(subject, wake), { signal });
    try {
      let after = await this.begin(from);
      while (!signal?.aborted) {
        const { messages, more } = await this.read<T>({ after });
        for (const message of messages) {
          after = message.sequence;
          yield message;
          if (signal?.aborted) return;
        }
        if (!more) await wakes.next(LOOK_AGAIN, messages.length === 0);
      }
    } finally {
      await wakes.stop();
    }
  }

  private async begin(from: 'start' | 'now' | number): Promise<number> {
    if (from === 'start') return 0;
    return from === 'now' ? (await this.desk.read<{ sequence: number }>('latest', this.place)).sequence : from;
  }

  private get place(): { session: string; name: string } {
    return { session: this.session, name: this.name };
  }

  private async whole<T>(said: Said): Promise<Said<T>> {
    return { ...said, body: (await loadValues(this.desk.bus, this.desk.tenant, said.body)) as T };
  }
}
