import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import { WaggleError, type SessionsDocument } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import { InTurn } from './in-turn.js';
import { isDeleted, storedValue } from './stored-value.js';

/** Answers kept with a document, for questions that are asked again. */
const REMEMBERED = 16;
/** Lost races at one document; each means that another replica made progress. */
const ROUNDS = 100;

/** What a question does to a document: nothing where there is no `state`. */
export interface Change<S, A> {
  state?: S;
  answer: A;
}

/** Where a question wants to change something, and its id: asked again, it is answered and not done again. */
export interface Place {
  key: string;
  request: string;
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
  update<S, A>({ key, request }: Place, change: (state: S | undefined) => Change<S, A> | Promise<Change<S, A>>): Promise<A> {
    return this.turns.run(key, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const { document, revision } = await this.stored<S>(key);
        const known = document?.recent.find(([id]) => id === request);
        if (known) return known[1] as A;
        const { state, answer } = await change(document?.state);
        if (state === undefined) return answer;
        const next: SessionsDocument<S> = {
          state,
          recent: [[request, answer] as [string, unknown], ...(document?.recent ?? [])].slice(0, REMEMBERED),
        };
        const put = await this.bus.bucket('SESSIONS').put(key, JSON.stringify(next), { expect: revision });
        if (put.status === 'stored') return answer;
        await sleep(Math.random() * Math.min(50, round * 2));
      }
      throw new WaggleError('OVERLOADED', `too many write to ${key}`);
    });
  }

  private async stored<S>(key: string): Promise<{ document?: SessionsDocument<S>; revision: number }> {
    const message = await storedValue(this.bus, 'SESSIONS', key);
    if (message === undefined) return { revision: 0 };
    return { revision: message.sequence, ...(!isDeleted(message) && { document: message.json<SessionsDocument<S>>() }) };
  }
}
