export type SubjectFilter = (subject: string) => boolean;

const WILD = /(^|\.)[*>](\.|$)/;

export const isPattern = (filter: string): boolean => WILD.test(filter);

/** Whether subjects match a pattern: `*` is one token, `>` at the end one or more. */
export const subjectFilter = (pattern: string): SubjectFilter => {
  if (!isPattern(pattern)) return (subject) => subject === pattern;
  const tokens = pattern.split('.');
  const open = tokens.at(-1) === '>';
  const length = open ? tokens.length - 1 : tokens.length;
  const fixed = tokens.slice(0, length).flatMap((token, at) => (token === '*' ? [] : [{ at, token }]));
  return (subject) => {
    const given = subject.split('.');
    if (open ? given.length <= length : given.length !== length) return false;
    return fixed.every(({ at, token }) => given[at] === token);
  };
};
