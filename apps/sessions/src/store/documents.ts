import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { InTurn, type Bus } from '@waggle/bus';
import { subjects, WaggleError, type SessionsDocument } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import { DELETED, isDeleted, storedValue } from './stored-value.js';

/** Answers kept with a document, for questions that are asked again. */
const REMEMBERED = 16;
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

/** Where a question wants to change something, and its id: asked again, it is answered and not done again. */
export interface Place {
  key: string;
  request: string;
  /** It is not kept who asked: asking again does no harm by itself. */
  forget?: boolean;
}

/**
 * The documents of SESSIONS. A change is written over the very revision it was made from, so any number of replicas may
 * work at one document; whoever loses makes it again from what stands there then.
 */
@Injectable()
export class Documents {
  private readonly turns = new InTurn();

  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** As the leader has it. */
  async read<S>(key: string): Promise<S | undefined> {
    return (await this.stored<S>(key)).document?.state;
  }

  /** `OVERLOADED` when others are always faster. What `change` throws is thrown; it may be called again. */
  update<S, A>(place: Place, change: (state: S | undefined) => Change<S, A> | Promise<Change<S, A>>): Promise<A> {
    const { key, request } = place;
    return this.turns.run(key, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const { document, revision } = await this.stored<S>(key);
        const known = document?.recent.find(([id]) => id === request);
        if (known) return known[1] as A;
        const { state, answer } = await change(document?.state);
        if (state === undefined) return answer;
        const recent: SessionsDocument<S>['recent'] = place.forget ? [] : [[request, answer], ...(document?.recent ?? [])];
        if (await this.write(key, revision, state === null ? null : { state, recent: recent.slice(0, REMEMBERED) })) return answer;
        await sleep(Math.random() * Math.min(50, round * 2));
      }
      throw new WaggleError('OVERLOADED', `too many write to ${key}`);
    });
  }

  /** Whether it was still the revision that it was made from. A deletion leaves by itself. */
  private async write<S>(key: string, revision: number, document: SessionsDocument<S> | null): Promise<boolean> {
    const headers = document === null ? { ...DELETED, 'Nats-TTL': TOMBSTONE } : undefined;
    const body = document === null ? '' : JSON.stringify(document);
    const stored = await this.bus.publish(subjects.kvKey('SESSIONS', key), body, { expect: revision, headers });
    return stored.status === 'stored';
  }

  private async stored<S>(key: string): Promise<{ document?: SessionsDocument<S>; revision: number }> {
    const message = await storedValue(this.bus, 'SESSIONS', key);
    if (message === undefined) return { revision: 0 };
    return { revision: message.sequence, ...(!isDeleted(message) && { document: message.json<SessionsDocument<S>>() }) };
  }
}
