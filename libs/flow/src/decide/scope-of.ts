import { joinsNeeds } from '../definition/compile-step.js';
import type { CompiledStep } from '../definition/compile.js';
import { loadRef } from '../expression/loader.js';
import type { Scope } from '../expression/scope.js';
import type { Draft } from './draft.js';

/** What the expressions of a task see: beside the common names its item, its iteration, or what its join brought together. */
export const scopeOf = (draft: Draft, step: CompiledStep, item?: number): Scope => {
  const { state } = draft;
  const at = state.steps[step.index]!;
  if (item === undefined) {
    if (!joinsNeeds(step.definition)) return draft.scope();
    return draft.scope({ joined: (at.joined ?? []).map((id) => state.steps[draft.flow.byId.get(String(id))!.index]!.output ?? null) });
  }
  if (step.definition.repeat) return draft.scope({ iteration: item, last: item === 0 ? null : (at.outputs[item - 1] ?? null) });
  const items = loadRef(at.items, draft.load) as unknown[];
  return draft.scope({ item: items[item], index: item });
};

/** The input of a task. Throws what expressions throw, and MustStore. */
export const inputOf = (draft: Draft, { step, item }: { step: CompiledStep; item?: number }): unknown =>
  draft.travelling(step.input.render(scopeOf(draft, step, item), draft.load));
