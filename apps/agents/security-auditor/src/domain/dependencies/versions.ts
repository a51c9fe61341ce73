/** The parts of a version: numbers and words, e.g. `1.0.0-rc.1` -> 1, 0, 0, 'rc', 1. What follows `+` tells builds apart, not versions. */
const partsOf = (version: string): (number | string)[] =>
  (
    version
      .replace(/^v/, '')
      .replace(/\+.*$/, '')
      .match(/\d+|[a-z]+/gi) ?? []
  ).map((part) => (/^\d/.test(part) ? Number(part) : part.toLowerCase()));

/** Words that come after the version they follow, in Python and Maven. */
const LATER = new Set(['post', 'sp', 'final', 'ga', 'release', 'patch', 'pl']);

const rankOf = (part: number | string | undefined): number => {
  if (part === undefined) return 1;
  if (typeof part === 'number') return 2;
  return LATER.has(part) ? 2 : 0;
};

/** Below 0 when `a` is the older one. Good for semantic versions, those of Python and of Maven: words before numbers, `rc` before nothing. */
export const compareVersions = (a: string, b: string): number => {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [one, other] = [left[at], right[at]];
    if (one === other || (one === undefined && other === 0) || (one === 0 && other === undefined)) continue;
    if (typeof one === 'number' && typeof other === 'number') return one - other;
    if (typeof one === 'string' && typeof other === 'string' && rankOf(one) === rankOf(other)) return one < other ? -1 : 1;
    return rankOf(one) - rankOf(other) || (one === undefined ? -1 : 1);
  }
  return 0;
};
