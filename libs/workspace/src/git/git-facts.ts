/** Who wrote a line, and when; `time` in seconds since 1970. */
export interface MarkFacts {
  line: number;
  author: string;
  time: number;
}

/** A run of lines that changed, both from 1 and inclusive. */
export type LineRange = readonly [from: number, to: number];

/** What git knows of a workspace. Paths are those of its entries. */
export interface GitFacts {
  /** The commit that is checked out. */
  head: string;
  /** Its time, in seconds since 1970. */
  time: number;
  /** In how many commits of the year before `head` a file was changed, 2,000 commits at most. */
  churn: Record<string, number>;
  /** Of lines that hold TODO, FIXME, HACK or XXX, as far as there was time to ask. */
  marks: Record<string, MarkFacts[]>;
  /** What changed since a commit that was asked for: of each file the lines. */
  changed?: { since: string; files: Record<string, LineRange[]> };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isNumber = (value: unknown): value is number => Number.isSafeInteger(value);
const listsOf = (value: unknown, test: (each: unknown) => boolean): boolean =>
  isRecord(value) && Object.values(value).every((list) => Array.isArray(list) && list.every(test));

const isMark = (value: unknown): boolean =>
  isRecord(value) &&
  isNumber(value['line']) &&
  isNumber(value['time']) &&
  typeof value['author'] === 'string' &&
  value['author'].length <= 200;
const isRange = (value: unknown): boolean => Array.isArray(value) && value.length === 2 && value.every(isNumber);

/** Whether something read from a manifest is what it must be. */
export const isGitFacts = (value: unknown): value is GitFacts =>
  isRecord(value) &&
  typeof value['head'] === 'string' &&
  /^[0-9a-f]{40,64}$/.test(value['head']) &&
  isNumber(value['time']) &&
  isRecord(value['churn']) &&
  Object.values(value['churn']).every(isNumber) &&
  listsOf(value['marks'], isMark) &&
  (value['changed'] === undefined ||
    (isRecord(value['changed']) && typeof value['changed']['since'] === 'string' && listsOf(value['changed']['files'], isRange)));
