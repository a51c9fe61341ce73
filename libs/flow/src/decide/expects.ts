import type { Fault } from '@waggle/protocol';
import { problem } from '@waggle/protocol';
import type { CompiledStep } from '../definition/compile.js';
import type { Expected } from '../definition/compile-step.js';
import { checkValue } from '../definition/input-schema.js';
import { showPath } from '../definition/issue.js';
import { loadWhole } from '../expression/loader.js';
import type { Draft } from './draft.js';
import { faultOf } from './fault.js';

/** What is wrong with the outputs that a step is handed, by what it expects of them; undefined: nothing. Throws what expressions throw. */
export const checkExpected = (draft: Draft, step: CompiledStep): Fault | undefined => {
  const problems = step.expects.flatMap((expected) => wrongIn(draft, step, expected));
  if (problems.length === 0) return undefined;
  return faultOf('HANDOFF_INVALID', `${step.definition.id} was handed what it does not expect: ${problems[0]!.message}`, problems);
};

const wrongIn = (draft: Draft, step: CompiledStep, { step: id, schema, check }: Expected) => {
  const index = draft.flow.byId.get(id)!.index;
  const { status, output = null } = draft.state.steps[index]!;
  // of the steps that its join is about, those count that came in time
  if (step.members.includes(index) && status !== 'completed') return [];
  const path = `steps.${id}.output`;
  if (check) {
    const fits = loadWhole(check.evaluate(draft.scope({ output }), draft.load), draft.load) === true;
    return fits ? [] : [problem('HANDOFF_INVALID', `not so: ${check.source.slice(0, 200)}`, path)];
  }
  return checkValue(schema, loadWhole(output, draft.load)).map(({ path: inner, message }) => {
    const where = showPath(inner);
    return problem('HANDOFF_INVALID', message, where === '' ? path : `${path}${where.startsWith('[') ? '' : '.'}${where}`);
  });
};
