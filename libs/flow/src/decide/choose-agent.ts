import type { DirectoryOffer } from '@waggle/protocol';

/**
 * Free slots first, then priority, success rate, cost, name. `given` counts what was handed out since the offers
 * were read, so a fan-out spreads in proportion to free slots; where nobody has a slot free, the shortest queue
 * for its slots. Undefined where there is no offer.
 */
export const chooseAgent = (offers: readonly DirectoryOffer[], given: ReadonlyMap<string, number>): DirectoryOffer | undefined => {
  const room = (offer: DirectoryOffer): number => {
    const free = offer.freeSlots - (given.get(offer.agent) ?? 0);
    return free > 0 ? free : free / Math.max(1, offer.slots);
  };
  const better = (a: DirectoryOffer, b: DirectoryOffer): number =>
    room(b) - room(a) ||
    b.priority - a.priority ||
    b.successRate - a.successRate ||
    (a.cost ?? 0) - (b.cost ?? 0) ||
    (a.agent < b.agent ? -1 : 1);
  let best: DirectoryOffer | undefined;
  for (const offer of offers) if (!best || better(offer, best) < 0) best = offer;
  return best;
};
