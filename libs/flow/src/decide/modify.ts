import { isToken, PRIORITIES, problem, type Priority, type Problem } from '@waggle/protocol';
import type { DefinitionChange } from '../definition/change.js';
import { parseChange } from '../definition/parse-change.js';
import { isRecord } from '../definition/reader.js';
import { issueProblem } from '../definition/validate.js';
import { changeDefinition } from './change-definition.js';
import type { Draft } from './draft.js';

type Priorities = Record<string, Priority>;

const readPriorities = (draft: Draft, value: unknown): { priorities: Priorities } | { problems: Problem[] } => {
  if (value === undefined) return { priorities: {} };
  const wrong = (message: string, path = 'prioritise') => problem('INVALID_DEFINITION', message, `payload.data.${path}`);
  if (!isRecord(value)) return { problems: [wrong('prioritise must be an object: by step, a priority')] };
  const problems = Object.entries(value).flatMap(([id, priority]) => {
    if (!PRIORITIES.includes(priority as Priority))
      return [wrong(`a priority is one of ${PRIORITIES.join(', ')}`, `prioritise.${id.slice(0, 64)}`)];
    return isToken(id) && draft.flow.byId.has(id) ? [] : [wrong(`there is no step "${id.slice(0, 64)}"`)];
  });
  return problems.length > 0 ? { problems } : { priorities: value as Priorities };
};

/** Steps that have not begun get their priority with their definition. */
const withPriorities = (draft: Draft, change: DefinitionChange, priorities: Priorities): DefinitionChange => {
  const replace = [...(change.replace ?? [])];
  for (const [id, priority] of Object.entries(priorities)) {
    const step = draft.flow.byId.get(id)!;
    const at = replace.findIndex((each) => each.id === id);
    if (at >= 0) replace[at] = { ...replace[at]!, priority };
    else if (draft.state.steps[step.index]!.status === 'pending') replace.push({ ...step.definition, priority });
  }
  return replace.length > 0 ? { ...change, replace } : change;
};

/** The change as it was sent: `remove` leaves steps out, as if their `when` were false. */
const readModification = (data: Record<string, unknown>): { change: DefinitionChange } | { problems: Problem[] } => {
  const { prioritise, remove, ...rest } = data;
  const given = remove === undefined ? rest : { ...rest, skip: remove };
  if (prioritise !== undefined && Object.keys(given).length === 0) return { change: {} };
  const parsed = parseChange(given);
  if ('change' in parsed) return parsed;
  return { problems: parsed.issues.map((issue) => issueProblem(issue, 'payload.data')) };
};

/** Adds, replaces and leaves out steps of the running flow and changes priorities; or says what contradicts it, and changes nothing. */
export const modify = (draft: Draft, data: Record<string, unknown> = {}, by: string): Problem[] => {
  const read = readModification(data);
  if ('problems' in read) return read.problems;
  const wanted = readPriorities(draft, data.prioritise);
  if ('problems' in wanted) return wanted.problems;
  const { priorities } = wanted;
  const change = withPriorities(draft, read.change, priorities);
  const problems = Object.keys(change).length > 0 ? changeDefinition(draft, change, by) : [];
  if (problems.length > 0) return problems;
  for (const task of [...draft.state.live].sort((a, b) => a.order - b.order)) {
    const priority = priorities[draft.stepOf(task).definition.id];
    if (priority !== undefined && priority !== task.priority) draft.emit({ type: 'taskReprioritised', taskId: task.id, priority });
  }
  return [];
};
