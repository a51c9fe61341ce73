/**
 * Ranges of sequences to look through for the newest, from the end backwards, each twice as long as the one before:
 * `after` exclusive, `upTo` inclusive. However long the stream, few messages are read when the newest are what is wanted.
 */
export const windows = function* (lastSequence: number, first: number): Generator<{ after: number; upTo: number }> {
  let upTo = lastSequence;
  for (let length = first; upTo > 0; length *= 2) {
    const after = Math.max(0, upTo - length);
    yield { after, upTo };
    upTo = after;
  }
};
