import { loadWhole } from '../expression/loader.js';
import { isSettled } from '../state/apply-definition.js';
import { changeDefinition } from './change-definition.js';
import type { Draft } from './draft.js';
import { endFlow } from './end.js';
import { evaluationFault, problemsOf } from './fault.js';

/** Judges every rule whose steps have ended, once: before the steps that wait for the same ones begin. */
export const judgeRules = (draft: Draft): void => {
  const { state } = draft;
  for (const { definition: rule, when, waits } of draft.flow.rules) {
    if (state.phase !== 'open') return;
    if (state.judged.has(rule.id) || !waits.every((id) => isSettled(state.steps[draft.flow.byId.get(id)!.index]!))) continue;
    const { id, add, replace, skip } = rule;
    try {
      const holds = !when || loadWhole(when.evaluate(draft.scope(), draft.load), draft.load) === true;
      const problems = holds ? changeDefinition(draft, { add, replace, skip }, `rule ${id}`) : [];
      draft.emit({ type: 'ruleJudged', rule: id, holds, ...(problems.length > 0 ? { problems } : {}) });
    } catch (error) {
      endFlow(draft, 'FAILED', { errors: problemsOf(evaluationFault(error), `rules.${id}`) });
    }
  }
};
