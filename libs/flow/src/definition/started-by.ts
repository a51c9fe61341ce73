import { WaggleError } from '@waggle/protocol';
import type { LoadValue } from '../expression/loader.js';
import { loadWhole, MissingValues } from '../expression/loader.js';
import type { Scope } from '../expression/scope.js';
import { compile } from './compile.js';
import type { FlowDefinition } from './definition.js';

/** What happened, as expressions see it. */
export type EventView = { source: string; type: string } & Record<string, unknown>;

/** A flow that an event starts; `problem`: or why it cannot. */
export interface Started {
  /** Which of the workflow's triggers. */
  index: number;
  input?: unknown;
  problem?: { code: string; message: string };
}

/** Values by reference are the flow's to look into, not its trigger's. */
const noValues: LoadValue = () => undefined;

/** The flows of a workflow that an event starts, one for each trigger that takes it. Pure. A filter that fails takes nothing. */
export const startedBy = (definition: FlowDefinition, event: EventView): Started[] => {
  const scope: Scope = { flowId: '', input: null, step: () => undefined, local: { event } };
  return compile(definition).triggers.flatMap(({ definition: trigger, filter, input }, index): Started[] => {
    if (trigger.source !== event.source || trigger.type !== event.type) return [];
    try {
      if (filter && loadWhole(filter.evaluate(scope, noValues), noValues) !== true) return [];
    } catch {
      return [];
    }
    try {
      return [{ index, input: input ? input.render(scope, noValues) : event }];
    } catch (error) {
      if (!(error instanceof WaggleError || error instanceof MissingValues)) throw error;
      const code = error instanceof WaggleError ? error.code : 'EXPRESSION_FAILED';
      return [{ index, problem: { code, message: error.message } }];
    }
  });
};
