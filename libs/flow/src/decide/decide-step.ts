import { isoTime, WaggleError } from '@waggle/protocol';
import { clip } from '../limits.js';
import type { Draft } from './draft.js';
import { askOfStep } from './escalate.js';
import { evaluationFault } from './fault.js';
import { inputOf, scopeOf } from './scope-of.js';
import { failTask } from './fail-task.js';
import type { Wanted } from './wanted.js';

/** Asks people what a step wants to know; its input is what they are shown. */
export const beginDecide = (draft: Draft, wanted: Wanted): void => {
  const { step, taskId, item } = wanted;
  const { id: stepId, decide, timeout } = step.definition;
  const { severity, options, ladder } = decide!;
  try {
    const question = clip(String(step.question!.render(scopeOf(draft, step, item), draft.load)));
    const context = inputOf(draft, wanted);
    askOfStep(
      draft,
      { stepId, taskId },
      {
        severity,
        issue: question,
        requestedDecision: question,
        options,
        ...(ladder ? { ladder } : {}),
        ...(decide!.default === undefined ? {} : { defaultAction: decide!.default }),
        ...(context === undefined ? {} : { context: isObject(context) ? context : { input: context } }),
        ...(timeout === undefined ? {} : { deadline: isoTime(draft.now + timeout) }),
      },
    );
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    failTask(draft, wanted, { fault: evaluationFault(error) });
  }
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
