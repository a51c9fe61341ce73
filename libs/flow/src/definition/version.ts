/** Three numbers, the left-out ones 0: the form in which a version is stored, so that `1` and `1.0.0` are one. */
export const fullVersion = (version: string): string => [...version.split('.'), '0', '0'].slice(0, 3).map(Number).join('.');

/** Negative where `a` is the older one. By numbers, not by letters: 1.10 is newer than 1.9. */
export const compareVersions = (a: string, b: string): number => {
  const [left, right] = [a, b].map((version) => fullVersion(version).split('.').map(Number)) as [number[], number[]];
  return left[0]! - right[0]! || left[1]! - right[1]! || left[2]! - right[2]!;
};

/** The newest version that fits what was asked for: `1` fits 1.x.y, `1.2` fits 1.2.y, nothing fits all. */
export const newestThatFits = (versions: readonly string[], wanted?: string): string | undefined =>
  versions
    .filter((version) => wanted === undefined || version === wanted || version.startsWith(`${wanted}.`))
    .sort(compareVersions)
    .at(-1);

/** Key of a stored workflow in WORKFLOWS; with no version, what all keys of that name begin with. */
export const workflowKey = (name: string, version?: string): string =>
  version === undefined ? `${name}.` : `${name}.${fullVersion(version)}`;

/** A key of WORKFLOWS in its parts. */
export const parseWorkflowKey = (key: string): { name: string; version: string } => {
  const dot = key.indexOf('.');
  return { name: key.slice(0, dot), version: key.slice(dot + 1) };
};
