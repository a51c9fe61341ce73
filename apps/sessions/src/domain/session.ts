import { problem, WaggleError, type Checkpoint, type SessionEffect, type SessionRollback, type SessionState } from '@waggle/protocol';

const WEEK = 7 * 24 * 3_600_000;
const AGENTS_MOST = 1_000;

export const newSession = ({ by, at, request }: { by: string; at: string; request: string }): SessionState => ({
  open: true,
  request,
  createdBy: by,
  createdAt: at,
  agents: {},
  keys: {},
  effects: [],
  rollbacks: [],
  keep: WEEK,
});

/** `SESSION_CLOSED`, or `SESSION_BUSY` while it is rolled back. */
export const requireOpen = (state: SessionState): SessionState => {
  if (!state.open) throw new WaggleError('SESSION_CLOSED', 'The session is closed.', { path: 'session' });
  if (state.rollingBack)
    throw new WaggleError('SESSION_BUSY', `The session is being rolled back to ${state.rollingBack.to}.`, { path: 'session' });
  return state;
};

/** `NOT_ALLOWED` for who is not among its members, where it names them. */
export const requireMember = (state: SessionState, name: string): SessionState => {
  const { members, createdBy } = state;
  if (members === undefined || members.includes(name) || createdBy === name) return state;
  throw new WaggleError('NOT_ALLOWED', `The session is for ${[...new Set([createdBy, ...members])].join(', ')}.`, { path: 'session' });
};

/** `NOT_ALLOWED` for everybody but who made it. */
export const requireCreator = (state: SessionState, name: string): SessionState => {
  if (state.createdBy === name) return state;
  throw new WaggleError('NOT_ALLOWED', `Only ${state.createdBy}, who created the session, may do this.`, { path: 'session' });
};

/** In it from now on; who is in it already stays since then. */
export const joined = (state: SessionState, name: string, { role, at }: { role?: string; at: string }): SessionState => {
  requireMember(state, name);
  const known = Object.hasOwn(state.agents, name) ? state.agents[name] : undefined;
  if (known !== undefined && known.role === role) return state;
  if (known === undefined && Object.keys(state.agents).length >= AGENTS_MOST)
    throw new WaggleError('LIMIT_REACHED', `A session has at most ${AGENTS_MOST} agents.`);
  return { ...state, agents: { ...state.agents, [name]: { joinedAt: known?.joinedAt ?? at, ...(role !== undefined && { role }) } } };
};

export const left = (state: SessionState, name: string): SessionState => {
  if (!Object.hasOwn(state.agents, name)) return state;
  const { [name]: _, ...agents } = state.agents;
  return { ...state, agents };
};

export const closed = (state: SessionState, at: string): SessionState => ({ ...state, open: false, closedAt: at });

/** Kept after it is closed, so that what it held can still be read. */
const AFTER_CLOSE = 24 * 3_600_000;

/** Milliseconds until it is over, by when something was last written in it. */
export const timeLeft = ({ closedAt, keep }: SessionState, { lastWrite, now }: { lastWrite: number; now: number }): number =>
  closedAt === undefined ? lastWrite + keep - now : Date.parse(closedAt) + AFTER_CLOSE - now;

const EFFECTS_MOST = 1_000;
const ROLLBACKS_KEPT = 50;

export const withEffect = (state: SessionState, effect: SessionEffect): SessionState => {
  if (state.effects.some(({ id }) => id === effect.id)) return state;
  if (state.effects.length >= EFFECTS_MOST) throw new WaggleError('LIMIT_REACHED', `A session records at most ${EFFECTS_MOST} effects.`);
  return { ...state, effects: [...state.effects, effect] };
};

/** What was done outside since a checkpoint and is not undone, the latest first. */
export const effectsSince = (state: SessionState, checkpoint: Pick<Checkpoint, 'effects'>): SessionEffect[] =>
  state.effects
    .slice(checkpoint.effects)
    .filter(({ undoneBy }) => undoneBy === undefined)
    .reverse();

/** `ROLLBACK_REFUSED`, with every effect that nothing undoes as a problem. */
export const requireUndoable = (effects: readonly SessionEffect[]): void => {
  const stuck = effects.filter(({ compensation }) => compensation === undefined);
  if (stuck.length === 0) return;
  const problems = stuck.map(({ id, what, by, at }) => problem('ROLLBACK_REFUSED', `${by} did this at ${at}: ${what}`, `effects.${id}`));
  throw new WaggleError(
    'ROLLBACK_REFUSED',
    `${stuck.length} effects outside have no compensation: ${stuck.map(({ what }) => what).join('; ')}`,
    { problems },
  );
};

/** From now on it is rolled back; unchanged when it is by this very question already. */
export const rollingBack = (state: SessionState, to: { to: string; request: string; by: string }): SessionState =>
  state.rollingBack?.request === to.request ? state : { ...requireOpen(state), rollingBack: to };

/** It is rolled back. */
export const rolledBack = (state: SessionState, done: SessionRollback, undone: readonly SessionEffect[]): SessionState => {
  if (state.rollingBack?.request !== done.request) return state;
  const { rollingBack: _, ...rest } = state;
  const ids = new Set(undone.map(({ id }) => id));
  const { flowId } = done;
  return {
    ...rest,
    effects: rest.effects.map((effect) => (ids.has(effect.id) && flowId !== undefined ? { ...effect, undoneBy: flowId } : effect)),
    rollbacks: [done, ...rest.rollbacks].slice(0, ROLLBACKS_KEPT),
  };
};
