export type SubjectFilter = (subject: string) => boolean;

const SPECIAL = /[\\^$.|?+()[\]{}]/g;
const WILD = /(^|\.)[*>](\.|$)/;

export const isPattern = (filter: string): boolean => WILD.test(filter);

/** Whether subjects match a pattern: `*` is one token, `>` at the end one or more. */
export const subjectFilter = (pattern: string): SubjectFilter => {
  if (!isPattern(pattern)) return (subject) => subject === pattern;
  const tokens = pattern.split('.');
  const open = tokens.at(-1) === '>';
  const wanted = (open ? tokens.slice(0, -1) : tokens).map((token) => (token === '*' ? '[^.]*' : token.replace(SPECIAL, '\\$&')));
  // asked for each message of each stream and subscriber: the engine's own matcher is the fastest
  const matcher = new RegExp(`^${[...wanted, ...(open ? ['[^]+'] : [])].join('\\.')}$`);
  return (subject) => matcher.test(subject);
};
