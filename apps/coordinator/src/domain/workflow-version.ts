/** Key of a stored workflow in WORKFLOWS. */
export const workflowKey = (name: string, version: string): string => `${name}.${version}`;

const numbers = (version: string): number[] => version.split('.').map(Number);

const compare = (a: string, b: string): number => {
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

/** The newest version that fits what was asked for: `1` fits 1.x.y, `1.2` fits 1.2.y, nothing fits all. */
export const newestThatFits = (versions: readonly string[], wanted?: string): string | undefined =>
  versions
    .filter((version) => wanted === undefined || version === wanted || version.startsWith(`${wanted}.`))
    .sort(compare)
    .at(-1);
