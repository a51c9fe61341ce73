import { LIMITS } from '../limits.js';
import { readChange, type DefinitionChange } from './change.js';
import { definitionIssue, type Issue, type Key } from './issue.js';
import { readFlow } from './read-definition.js';
import { isRecord, Reader } from './reader.js';

/** A change as somebody wrote it, checked by its shape. `path` is where it stands. */
export const parseChange = (value: unknown, path: Key[] = []): { change: DefinitionChange } | { issues: Issue[] } => {
  if (!isRecord(value)) return { issues: [definitionIssue(path, 'a change must be an object with add, replace or skip')] };
  const reader = new Reader(value, path, []);
  const change = readChange(reader, readFlow);
  reader.finish();
  if (Object.keys(change).length === 0) reader.issues.push(definitionIssue(path, 'a change has add, replace or skip'));
  return reader.issues.length > 0 ? { issues: reader.issues.slice(0, LIMITS.problems) } : { change };
};
