import type { Beat, HeldTask } from '@waggle/protocol';

/** Milliseconds that the broker waits for an agent's word on a delivery, and between the words that a working agent gives. */
const ACK_WAIT = 30_000;
const WORKING_EVERY = 10_000;

/**
 * A beat that is older says nothing any more: what it names may have been delivered again since, and a NAK of it would
 * give running work to another.
 */
const BEAT_COUNTS = ACK_WAIT - WORKING_EVERY;

export interface Holder {
  beat: Beat;
  /** When the broker stored it, in milliseconds since 1970. */
  storedAt: number;
}

/** What a dead instance held and nobody else holds by now. `at`: when it died, by the broker's clock. */
export const toHandBack = (dead: Holder, at: number, others: readonly Beat[]): HeldTask[] => {
  if (at - dead.storedAt > BEAT_COUNTS) return [];
  const elsewhere = new Set(
    others
      .filter(({ name, instance }) => name === dead.beat.name && instance !== dead.beat.instance)
      .flatMap(({ held }) => held.map(({ streamSequence }) => streamSequence)),
  );
  return dead.beat.held.filter(({ streamSequence }) => !elsewhere.has(streamSequence));
};
