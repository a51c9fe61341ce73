import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { InTurn, type Bus } from '@waggle/bus';
import { subjects, WaggleError } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { DELETED, isDeleted, storedValue } from './stored-value.js';

/** Lost races at one document; each means that another replica made progress. */
const ROUNDS = 100;

/** How long a deletion stays to be seen. */
const TOMBSTONE = '60s';

/** What a question does to a document: nothing where there is no `state`. */
export interface Change<S, A> {
  /** `null`: it is no more. */
  state?: S | null;
  answer: A;
}

/**
 * The documents of SESSIONS. A change is written over the very revision it was made from, so any number of replicas may
 * work at one document; whoever loses makes it again from what stands there then. A change finds by itself whether it was
 * made already, for what a lost answer was about is asked again.
 */
@Injectable()
export class Documents {
  private readonly turns = new InTurn();

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  /** All of a pattern, by the last token of their keys, as the leader has them. One that cannot be read is left out. */
  async list<S>(pattern: string): Promise<{ name: string; state: S }[]> {
    return (await this.bus.bucket('SESSIONS').writes(pattern)).flatMap((entry) => {
      if (entry.deleted) return [];
      try {
        return [{ name: entry.key.split('.').at(-1)!, state: parsed<S>(entry.key, entry) }];
      } catch (error) {
        this.log.error('left out of a list', { key: entry.key, error });
        return [];
      }
    });
  }

  /** As the leader has it. `DOCUMENT_UNREADABLE`. */
  async read<S>(key: string): Promise<S | undefined> {
    return (await this.stored<S>(key)).state;
  }

  /** `OVERLOADED` when others are always faster. What `change` throws is thrown; it may be called again. */
  update<S, A>(key: string, change: (state: S | undefined) => Change<S, A> | Promise<Change<S, A>>): Promise<A> {
    return this.turns.run(key, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const { state: before, revision } = await this.stored<S>(key);
        const { state, answer } = await change(before);
        if (state === undefined || (await this.write(key, revision, state))) return answer;
        await sleep(Math.random() * Math.min(50, round * 2));
      }
      throw new WaggleError('OVERLOADED', `too many write to ${key}`);
    });
  }

  /** Whether it was still the revision that it was made from. A deletion leaves by itself. */
  private async write(key: string, revision: number, state: unknown): Promise<boolean> {
    const headers = state === null ? { ...DELETED, 'Nats-TTL': TOMBSTONE } : undefined;
    const body = state === null ? '' : JSON.stringify(state);
    const stored = await this.bus.publish(subjects.kvKey('SESSIONS', key), body, { expect: revision, headers });
    return stored.status === 'stored';
  }

  private async stored<S>(key: string): Promise<{ state?: S; revision: number }> {
    const message = await storedValue(this.bus, 'SESSIONS', key);
    if (message === undefined) return { revision: 0 };
    return { revision: message.sequence, ...(!isDeleted(message) && { state: parsed<S>(key, message) }) };
  }
}

const parsed = <S>(key: string, stored: { text(): string }): S => {
  let value: unknown;
  try {
    value = JSON.parse(stored.text());
  } catch {
    // said below
  }
  if (typeof value === 'object' && value !== null) return value as S;
  throw new WaggleError('DOCUMENT_UNREADABLE', `What stands at ${key} of SESSIONS cannot be read.`);
};
