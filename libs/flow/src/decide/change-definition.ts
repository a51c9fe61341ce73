import { problem, type Problem } from '@waggle/protocol';
import type { DefinitionChange } from '../definition/change.js';
import { checkChange } from '../definition/check-definition.js';
import { issueProblem } from '../definition/validate.js';
import { LIMITS } from '../limits.js';
import type { Draft } from './draft.js';
import { boundProblems } from './fault.js';

/** Changes the steps of the running flow, by whom and why; or says what contradicts it, and changes nothing. */
export const changeDefinition = (draft: Draft, change: DefinitionChange, by: string): Problem[] => {
  const problems = contradictions(draft, change);
  if (problems.length > 0) return boundProblems(problems);
  draft.emit({ type: 'definitionChanged', by, ...change }, change);
  return [];
};

const contradictions = (draft: Draft, change: DefinitionChange): Problem[] => {
  const { state, flow } = draft;
  if (state.changes >= LIMITS.changes) return [problem('SIGNAL_REFUSED', `a flow is changed at most ${LIMITS.changes} times`)];
  const touched = [...(change.replace ?? []).map(({ id }) => id), ...(change.skip ?? [])];
  const begun = touched.filter((id) => {
    const step = flow.byId.get(id);
    return step && state.steps[step.index]!.status !== 'pending';
  });
  if (begun.length > 0) {
    const said = (id: string): string => state.steps[flow.byId.get(id)!.index]!.status;
    return begun.map((id) =>
      problem('SIGNAL_REFUSED', `the step "${id}" is ${said(id)}: only one that has not begun can change`, `steps.${id}`),
    );
  }
  return checkChange(flow.definition, change).map((issue) => issueProblem(issue, 'change'));
};
