import { PRIORITIES, type Priority } from '@waggle/protocol';
import { LIMITS } from '../limits.js';
import { readChange, type DefinitionChange } from './change.js';
import { definitionIssue, type Issue } from './issue.js';
import { readFlow } from './read-definition.js';
import { isRecord, Reader } from './reader.js';

/** What `modify` asks of a running flow: a change of its steps, and priorities by step. */
export interface Modification {
  change: DefinitionChange;
  priorities: Record<string, Priority>;
}

/** By step; `raw` is what stands under `prioritise`. */
const readPriorities = (by: Reader, raw: unknown): Modification['priorities'] => {
  const given = isRecord(raw) ? raw : {};
  for (const id of Object.keys(given)) by.oneOf(id, PRIORITIES);
  return given as Modification['priorities'];
};

/** A modification as somebody wrote it (`add`, `replace`, `remove`, `prioritise`), checked by its shape; the flow checks what it says of its steps. */
export const parseModification = (value: unknown): { modification: Modification } | { issues: Issue[] } => {
  if (!isRecord(value)) return { issues: [definitionIssue([], 'a change must be an object with add, replace, remove or prioritise')] };
  const reader = new Reader(value, [], []);
  const change = readChange(reader, readFlow, 'remove');
  const raw = reader.raw('prioritise');
  const priorities = readPriorities(reader.inner('prioritise'), raw);
  reader.finish();
  if (reader.issues.length === 0 && Object.keys(change).length === 0 && raw === undefined)
    reader.issues.push(definitionIssue([], 'a change has add, replace, remove or prioritise'));
  return reader.issues.length > 0 ? { issues: reader.issues.slice(0, LIMITS.problems) } : { modification: { change, priorities } };
};
