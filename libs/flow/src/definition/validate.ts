import { createHash } from 'node:crypto';
import { problem, type Problem } from '@waggle/protocol';
import { clip, LIMITS, tooDeep } from '../limits.js';
import type { FlowDefinition } from '../types.js';
import { checkDefinition } from './check-definition.js';
import { compileDefinition } from './compile.js';
import { showPath, type Issue } from './issue.js';
import { readDefinition } from './read-definition.js';
import { Recent } from './recent.js';

export type Validated = { definition: FlowDefinition } | { issues: Issue[] };

const check = (value: unknown): Validated => {
  const read = readDefinition(value);
  if (!('definition' in read)) return read;
  const issues = read.issues.length > 0 ? compileDefinition(read.definition).issues : checkDefinition(read.definition);
  const all = [...read.issues, ...issues];
  return all.length > 0 ? { issues: all.slice(0, LIMITS.problems) } : { definition: read.definition };
};

const known = new Recent<Validated>(128);

/** The one validated form of a definition given as a value, or everything that is wrong with it. Cached by content. */
export const validateDefinition = (value: unknown): Validated => {
  if (tooDeep(value)) return check(value);
  const json = JSON.stringify(value) as string | undefined;
  return known.get(
    createHash('sha256')
      .update(json ?? '')
      .digest('hex'),
    () => check(value),
  );
};

/** An issue as a problem whose path begins with `prefix`. */
export const issueProblem = (issue: Issue, prefix: string): Problem => {
  const path = showPath(issue.path);
  return problem(issue.code, clip(issueText(issue)), path === '' ? prefix : `${prefix}${path.startsWith('[') ? '' : '.'}${path}`);
};

/** The message, with the expression it is about and the column in it. */
export const issueText = ({ message, within }: Issue): string =>
  within?.expression ? `${message} (in \`${within.expression.slice(0, 200)}\`, column ${within.offset + 1})` : message;
