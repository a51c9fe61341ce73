import { PRIORITIES, type Priority } from '@waggle/protocol';
import type { TaskState } from '../state/state.js';
import { bestAgent, type Choice } from './agent-choice.js';
import type { Draft } from './draft.js';
import { candidates } from './offer.js';
import type { Wanted } from './task.js';

/** Agents that worked on what a step goes on from; of a list of tasks the first stands for all. */
const nearOf = (draft: Draft, { step }: Wanted): string[] =>
  step.dependencies.flatMap((index) => {
    const { id } = draft.flow.steps[index]!.definition;
    const agent = (draft.state.tasks.get(id) ?? draft.state.tasks.get(`${id}-0`))?.agent;
    return agent === undefined ? [] : [agent];
  });

/** Who gets the next attempt of a task, and why; undefined while nobody may have it. */
export const chooseAgent = (draft: Draft, wanted: Wanted, skill: string): Choice | undefined => {
  if (draft.frozen(skill)) return undefined;
  const task: TaskState | undefined = draft.state.tasks.get(wanted.taskId);
  const offers = candidates(draft, task, skill);
  if (offers.length < 2) return bestAgent(offers, { given: draft.given });
  const { given, facts } = draft;
  return bestAgent(offers, { given, weights: facts.weights, near: nearOf(draft, wanted), failedOn: task?.fault && task.agent });
};

/** The priority of a first attempt: one lower while others wait behind more than the fair share of the flow's tenant. */
export const priorityOf = (draft: Draft, { attempt }: Wanted, { skill, wanted }: { skill: string; wanted: Priority }): Priority => {
  if (attempt > 1 || !draft.facts.crowds?.(skill)) return wanted;
  return PRIORITIES[Math.min(PRIORITIES.length - 1, PRIORITIES.indexOf(wanted) + 1)]!;
};
