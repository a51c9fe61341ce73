import type { DirectoryOffer } from '@waggle/protocol';

/** How much each quality counts, of 1 in all. */
export interface Weights {
  /** Free slots, beside those of whoever has most. */
  room: number;
  /** The part of its tasks that succeeded. */
  success: number;
  /** How fast it is, beside the fastest. */
  speed: number;
  /** How cheap it is, beside the cheapest. */
  cost: number;
  /** It has worked for this task's inputs: what it needs lies there already. */
  affinity: number;
}

/** What an operator may prefer. */
export const PREFERENCES = {
  balance: { room: 0.35, success: 0.3, speed: 0.15, cost: 0.1, affinity: 0.1 },
  speed: { room: 0.25, success: 0.15, speed: 0.45, cost: 0.05, affinity: 0.1 },
  cost: { room: 0.15, success: 0.2, speed: 0.05, cost: 0.55, affinity: 0.05 },
  quality: { room: 0.05, success: 0.85, speed: 0.03, cost: 0.02, affinity: 0.05 },
} as const satisfies Record<string, Weights>;
export type Preference = keyof typeof PREFERENCES;

/** What a choice is made by besides the offers. */
export interface Situation {
  /** Tasks handed out since the offers were read, by agent: the directory does not know of them yet. */
  given: ReadonlyMap<string, number>;
  weights?: Weights;
  /** Agents that worked on what this task goes on from. */
  near?: readonly string[];
  /** The agent that the attempt before failed on: another one is better, where there is one. */
  failedOn?: string;
}

/** Who gets the task, and why: absent where there was nobody to choose among. */
export interface Choice {
  offer: DirectoryOffer;
  because?: string;
}

/** How an agent that is chosen among others is chosen. */
export type ChooseAgent = (offers: readonly DirectoryOffer[], situation: Situation) => Choice | undefined;

/** More than any advantage that an agent may have: who failed is asked again only where nobody else is there. */
const FAILED = -2;

interface Rated {
  offer: DirectoryOffer;
  score: number;
  free: number;
}

const least = (values: readonly number[]): number => Math.min(...values.filter((value) => value > 0));

/** Unknown (0) counts as the best there is: else nobody would ever learn. */
const beside = (best: number, value: number): number => (value > 0 && Number.isFinite(best) ? best / value : 1);

const rate = (offers: readonly DirectoryOffer[], { given, weights = PREFERENCES.balance, near = [], failedOn }: Situation): Rated[] => {
  const freeOf = ({ agent, freeSlots }: DirectoryOffer): number => freeSlots - (given.get(agent) ?? 0);
  const most = Math.max(1, ...offers.map(freeOf));
  const fastest = least(offers.map(({ meanMs }) => meanMs));
  const cheapest = least(offers.map(({ cost = 0 }) => cost));
  return offers.map((offer) => {
    const free = freeOf(offer);
    // with no slot free the length of the queue for each slot counts, and outweighs everything once it is long
    const room = free > 0 ? free / most : free / Math.max(1, offer.slots) - 1;
    const score =
      weights.room * room +
      weights.success * offer.successRate +
      weights.speed * beside(fastest, offer.meanMs) +
      weights.cost * beside(cheapest, offer.cost ?? 0) +
      weights.affinity * (near.includes(offer.agent) ? 1 : 0) +
      (offer.agent === failedOn ? FAILED : 0);
    return { offer, score, free };
  });
};

const TIE = 1e-9;

const better = (a: Rated, b: Rated): number => {
  if (Math.abs(b.score - a.score) > TIE) return b.score - a.score;
  return b.offer.priority - a.offer.priority || (a.offer.agent < b.offer.agent ? -1 : 1);
};

const reasons = (chosen: Rated, others: number, { near = [], failedOn }: Situation): string => {
  const { agent, slots, successRate, meanMs, cost } = chosen.offer;
  return [
    `${chosen.score.toFixed(2)} of ${others + 1} offers`,
    chosen.free > 0 ? `${chosen.free}/${slots} free` : `${-chosen.free} queued for ${slots}`,
    ...(successRate < 1 ? [`${Math.round(successRate * 100)} % good`] : []),
    ...(meanMs > 0 ? [`${Math.round(meanMs)} ms`] : []),
    ...(cost === undefined ? [] : [`$${cost}`]),
    ...(near.includes(agent) ? ['knows the work'] : []),
    ...(failedOn !== undefined && failedOn !== agent ? [`not ${failedOn} again`] : []),
  ].join(', ');
};

/**
 * The best of several by a weighted sum of their qualities, each beside the best there is; equals by priority, then by
 * name. Pure, and the same for the same offers. A fan-out spreads by free slots, for what it has handed out counts.
 */
export const bestAgent: ChooseAgent = (offers, situation) => {
  const [only] = offers;
  if (only === undefined) return undefined;
  if (offers.length === 1) return { offer: only };
  const rated = rate(offers, situation);
  const best = rated.reduce((a, b) => (better(a, b) <= 0 ? a : b));
  return { offer: best.offer, because: reasons(best, offers.length - 1, situation) };
};
