import { kindOf } from '../definition/definition.js';
import type { Draft } from './draft.js';
import { beginDecide } from './decide-step.js';
import { beginSync, beginUse, nextUse } from './share.js';
import { delegate } from './sub-flow.js';
import { dispatch } from './dispatch.js';
import type { Wanted } from './wanted.js';
import { beginWait } from './wait.js';

/** Begins a task, or its next attempt, by the kind of its step. */
export const begin = (draft: Draft, wanted: Wanted): void => {
  const kind = kindOf(wanted.step.definition);
  const use = nextUse(draft, wanted);
  if (use) return beginUse(draft, wanted, use);
  switch (kind) {
    case 'skill':
    case 'plan':
      return dispatch(draft, wanted);
    case 'workflow':
    case 'flow':
      return delegate(draft, wanted);
    case 'wait':
      return beginWait(draft, wanted);
    case 'decide':
      return beginDecide(draft, wanted);
    case 'sync':
      return beginSync(draft, wanted);
    case 'check':
      throw new Error(`the check ${wanted.taskId} has no task`);
    default:
      return kind satisfies never;
  }
};
