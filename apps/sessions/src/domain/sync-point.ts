import { WaggleError, type SyncPoint } from '@waggle/protocol';

/** An agent, or one of its own choosing among several: each counts once, however often it comes. */
export const participant = (agent: string, as?: string): string => (as === undefined ? agent : `${agent}/${as}`);

const agentOf = (who: string): string => who.split('/', 1)[0]!;

/** Who has not come: agents by name, else how many. */
export const missing = ({ expect, arrived }: SyncPoint): string[] | number => {
  if (typeof expect === 'number') return Math.max(0, expect - Object.keys(arrived).length);
  const agents = new Set(Object.keys(arrived).map(agentOf));
  return expect.filter((agent) => !agents.has(agent));
};

/** For people: who has not come. */
export const withoutWhom = (point: SyncPoint): string => {
  const left = missing(point);
  return typeof left === 'number' ? `${left} of ${point.expect as number}` : left.join(', ');
};

const isComplete = (point: SyncPoint): boolean => {
  const left = missing(point);
  return typeof left === 'number' ? left === 0 : left.length === 0;
};

const ARRIVED_MOST = 1_000;

/** Whoever is awaited by name may always come. */
const requireRoom = (point: SyncPoint, who: string): void => {
  if (Object.keys(point.arrived).length < ARRIVED_MOST) return;
  const left = missing(point);
  if (typeof left !== 'number' && left.includes(agentOf(who))) return;
  throw new WaggleError('LIMIT_REACHED', `${ARRIVED_MOST} have come to the sync point already.`, { path: 'name' });
};

/** Unchanged when it has ended, or this one has come before; `LIMIT_REACHED` when too many have. */
export const arrived = (point: SyncPoint, who: string, { at, data }: { at: string; data?: unknown }): SyncPoint => {
  if (point.state !== 'open' || Object.hasOwn(point.arrived, who)) return point;
  requireRoom(point, who);
  const next = { ...point, arrived: { ...point.arrived, [who]: { at, ...(data !== undefined && { data }) } } };
  return isComplete(next) ? { ...next, state: 'complete', endedAt: at, endedBy: who } : next;
};

export const timedOut = (point: SyncPoint, alarm: string, at: string): SyncPoint =>
  point.state === 'open' && point.alarm === alarm ? { ...point, state: 'timed-out', endedAt: at } : point;
