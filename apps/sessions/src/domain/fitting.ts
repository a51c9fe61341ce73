/** Bytes of an answer: the broker takes a megabyte. */
const ANSWER_MOST = 768 * 1024;

/** The first of them, as many as one answer holds; one at least. */
export const fitting = <T>(parts: readonly T[]): T[] => {
  let bytes = 0;
  const over = parts.findIndex((part, i) => (bytes += Buffer.byteLength(JSON.stringify(part)) + 1) > ANSWER_MOST && i > 0);
  return over < 0 ? [...parts] : parts.slice(0, over);
};
