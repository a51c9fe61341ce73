import { isToken, problem, type Problem } from '@waggle/protocol';
import type { DefinitionChange } from '../definition/change.js';
import { parseModification, type Modification } from '../definition/parse-modification.js';
import { issueProblem } from '../definition/validate.js';
import { changeDefinition } from './change-definition.js';
import type { Draft } from './draft.js';

type Priorities = Modification['priorities'];

/** The priorities of steps that are not there. */
const unknownSteps = (draft: Draft, priorities: Priorities): Problem[] =>
  Object.keys(priorities)
    .filter((id) => !isToken(id) || !draft.flow.byId.has(id))
    .map((id) => problem('INVALID_DEFINITION', `there is no step "${id.slice(0, 64)}"`, 'payload.data.prioritise'));

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

/** Adds, replaces and leaves out steps of the running flow and changes priorities; or says what contradicts it, and changes nothing. */
export const modify = (draft: Draft, data: Record<string, unknown> = {}, by: string): Problem[] => {
  const parsed = parseModification(data);
  if ('issues' in parsed) return parsed.issues.map((issue) => issueProblem(issue, 'payload.data'));
  const { priorities } = parsed.modification;
  const unknown = unknownSteps(draft, priorities);
  if (unknown.length > 0) return unknown;
  const change = withPriorities(draft, parsed.modification.change, priorities);
  const problems = Object.keys(change).length > 0 ? changeDefinition(draft, change, by) : [];
  if (problems.length > 0) return problems;
  for (const task of [...draft.state.live].sort((a, b) => a.order - b.order)) {
    const priority = priorities[draft.stepOf(task).definition.id];
    if (priority !== undefined && priority !== task.priority) draft.emit({ type: 'taskReprioritised', taskId: task.id, priority });
  }
  return [];
};
