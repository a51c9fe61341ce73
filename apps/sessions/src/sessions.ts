import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import { memoryKeys, newId, subjects, WaggleError, type SessionState } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { Alarms, type Alarm } from './alarms.js';
import type { Asker } from './asker.js';
import { closed, joined, left, newSession, requireCreator, requireMember, requireOpen, timeLeft } from './domain/session.js';
import { requireOwner, schemasOf, withKeys } from './domain/state-keys.js';
import { requireSchemas } from './domain/strangers-schema.js';
import { endpoint, type Part } from './part.js';
import { readChange, readCreate, readDeclare, readJoin, readNothing, readSession, type OfSession } from './questions/session-questions.js';
import { Documents } from './store/documents.js';
import { References } from './store/references.js';

const KIND = 'session';
/** Looked at so often: what large values refer to is kept for two weeks unless renewed. */
const REVIEW = 4 * 24 * 3_600_000;

type Step = (state: SessionState) => SessionState;

/** Sessions: who is in them, which keys their state has, and how long they live. */
@Injectable()
export class Sessions implements Part {
  readonly endpoints = {
    create: endpoint(readCreate, (q, asker) => this.create(q, asker)),
    join: endpoint(readJoin, (q, asker) => this.change(q, asker, (state) => joined(state, asker.name, { role: q.role, at: now() }))),
    leave: endpoint(readChange, (q, asker) => this.change(q, asker, (state) => left(state, asker.name))),
    declare: endpoint(readDeclare, (q, asker) => {
      requireSchemas(schemasOf(q.keys));
      return this.change(q, asker, (state) => ({ ...requireCreator(state, asker.name), keys: withKeys(state.keys, q.keys) }));
    }),
    close: endpoint(readChange, (q, asker) => this.close(q, asker)),
    session: endpoint(readSession, async (q, { tenant }) => ({ session: q.session, ...(await this.require(tenant, q.session)) })),
    sessions: endpoint(readNothing, (_, { tenant }) => this.list(tenant)),
  };

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly documents: Documents,
    private readonly alarms: Alarms,
    private readonly references: References,
    private readonly log: Log,
  ) {
    // one entry that cannot be read must not end the upkeep of a session
    alarms.on(
      KIND,
      (alarm) => this.review(alarm),
      ({ tenant, about }) => this.later({ tenant, about }, REVIEW),
    );
  }

  /** `SESSION_UNKNOWN` */
  async require(tenant: string, session: string): Promise<SessionState> {
    const state = await this.find(tenant, session);
    if (state === undefined) throw new WaggleError('SESSION_UNKNOWN', `There is no session ${session}.`, { path: 'session' });
    return state;
  }

  find(tenant: string, session: string): Promise<SessionState | undefined> {
    return this.documents.read<SessionState>(memoryKeys.session(tenant, session));
  }

  /**
   * The session, for whoever may write in it, and to this key. One that nobody created comes to be by its first write.
   * `SESSION_CLOSED`, `SESSION_BUSY`, `NOT_ALLOWED`.
   */
  async writable({ tenant, name }: Asker, session: string, key?: string): Promise<SessionState> {
    const known = await this.find(tenant, session);
    const state = known ?? (await this.beginByItself({ tenant, name }, session));
    requireMember(requireOpen(state), name);
    if (key !== undefined) requireOwner(state.keys, key, name);
    return state;
  }

  /** Changes a session; a state given back unchanged is not written. */
  async change({ session }: OfSession, { tenant }: Asker, step: Step): Promise<object> {
    return this.documents.update<SessionState, object>(memoryKeys.session(tenant, session), (state) => {
      if (state === undefined) throw new WaggleError('SESSION_UNKNOWN', `There is no session ${session}.`, { path: 'session' });
      const next = step(requireOpen(state));
      requireRoom(state, next);
      return next === state ? { answer: {} } : { state: next, answer: {} };
    });
  }

  private async create(
    q: { session: string; request: string; keys?: SessionState['keys'] } & Partial<SessionState>,
    { tenant, name }: Asker,
  ): Promise<object> {
    const { session, request, ...given } = q;
    requireSchemas(schemasOf(given.keys ?? {}));
    const made = await this.begin({ tenant, session }, { ...newSession({ by: name, at: now(), request }), ...given });
    if (!made) throw new WaggleError('NAME_TAKEN', `There is a session ${session} already.`, { path: 'session' });
    return {};
  }

  private async beginByItself({ tenant, name }: Asker, session: string): Promise<SessionState> {
    const state = newSession({ by: name, at: now(), request: newId() });
    return (await this.begin({ tenant, session }, state)) ? state : this.require(tenant, session);
  }

  /** Whether it was made by this. First the alarm, then the session: one that ends between the two leaves an alarm that finds nothing. */
  private async begin({ tenant, session }: { tenant: string } & OfSession, state: SessionState): Promise<boolean> {
    await this.alarms.arm({ kind: KIND, tenant, about: { session } }, Math.min(state.keep, REVIEW));
    return this.documents.update<SessionState, boolean>(memoryKeys.session(tenant, session), (known) =>
      known === undefined ? { state, answer: true } : { answer: known.request === state.request },
    );
  }

  private async close({ session }: OfSession, asker: Asker): Promise<object> {
    const { open } = await this.require(asker.tenant, session);
    return open ? this.change({ session }, asker, (state) => closed(requireCreator(state, asker.name), now())) : {};
  }

  private async list(tenant: string): Promise<object> {
    const found = await this.documents.list<SessionState>(memoryKeys.session(tenant, '*'));
    const sessions = found.map(({ name: session, state }) => {
      const { open, createdBy, createdAt, description, agents, rollingBack } = state;
      return { session, open, createdBy, createdAt, description, agents: Object.keys(agents), rollingBack: rollingBack !== undefined };
    });
    return { sessions };
  }

  /** A closed session is over; an open one once nothing was written for as long as it is kept. Whatever it held goes with it. */
  private async review({ tenant, about: { session = '' } }: Alarm): Promise<void> {
    const key = memoryKeys.session(tenant, session);
    const state = await this.documents.read<SessionState>(key);
    if (state === undefined) return;
    const left = timeLeft(state, { lastWrite: await this.lastWrite(tenant, session), now: Date.now() });
    if (left > 0) {
      await this.references.renew(tenant, session);
      return this.later({ tenant, about: { session } }, Math.min(left, REVIEW));
    }
    const { bus } = this;
    await bus.purge('KV_MEMORY', subjects.kvKey('MEMORY', `${tenant}.${session}.>`));
    await bus.purge('CHANNEL', subjects.channel(tenant, session, '*', '*'));
    for (const held of [memoryKeys.sync(tenant, session, '*'), memoryKeys.checkpoint(tenant, session, '*'), key]) {
      await bus.purge('KV_SESSIONS', subjects.kvKey('SESSIONS', held));
    }
    this.log.info('a session is over', { tenant, session, closed: !state.open });
  }

  private async later(of: Pick<Alarm, 'tenant' | 'about'>, after: number): Promise<void> {
    await this.alarms.arm({ kind: KIND, tenant: of.tenant, about: { ...of.about } }, after);
  }

  private async lastWrite(tenant: string, session: string): Promise<number> {
    const last = await Promise.all([
      this.bus.last('KV_MEMORY', subjects.kvKey('MEMORY', `${tenant}.${session}.>`)),
      this.bus.last('CHANNEL', subjects.channel(tenant, session, '*', '*')),
      this.bus.last('KV_SESSIONS', subjects.kvKey('SESSIONS', memoryKeys.session(tenant, session))),
    ]);
    return Math.max(...last.map((message) => message?.time.getTime() ?? 0));
  }
}

/** Bytes of a session's own document: room must be left to close it, and to roll it back. */
const SESSION_MOST = 512 * 1024;

const requireRoom = (before: SessionState, after: SessionState): void => {
  const size = (state: SessionState): number => Buffer.byteLength(JSON.stringify(state));
  if (after === before || !after.open || size(after) <= Math.max(SESSION_MOST, size(before))) return;
  throw new WaggleError('MESSAGE_TOO_LARGE', `What is known of a session has at most ${SESSION_MOST} bytes.`, { path: 'session' });
};

const now = (): string => new Date().toISOString();
