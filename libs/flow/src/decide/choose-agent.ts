import { PRIORITIES, type DirectoryOffer, type Priority } from '@waggle/protocol';
import type { TaskState } from '../state/state.js';
import { bestAgent, PREFERENCES, type Choice, type Weights } from './agent-choice.js';
import type { Draft } from './draft.js';
import { affordable } from './money.js';
import { candidates } from './offer.js';
import type { Wanted } from './wanted.js';

/** Agents that worked on what a step goes on from; of a list of tasks the first stands for all. */
const nearOf = (draft: Draft, { step }: Wanted): string[] =>
  step.dependencies.flatMap((index) => {
    const { id } = draft.flow.steps[index]!.definition;
    const agent = (draft.state.tasks.get(id) ?? draft.state.tasks.get(`${id}-0`))?.agent;
    return agent === undefined ? [] : [agent];
  });

/** The flow's own wish goes before the mesh's. */
const weightsOf = ({ flow, facts }: Draft): Weights | undefined => {
  const { optimize } = flow.definition;
  return optimize === undefined ? facts.weights : optimize === 'time' ? PREFERENCES.speed : PREFERENCES.cost;
};

/** Where each agent has one voice, those that have none of this step's tasks yet; all, where everybody has. */
const apart = (draft: Draft, { step, taskId }: Wanted, offers: readonly DirectoryOffer[]): readonly DirectoryOffer[] => {
  const { join, id } = step.definition;
  if (join === 'all' || !('distinct' in join) || join.distinct === 'task' || offers.length < 2) return offers;
  const { begun } = draft.state.steps[step.index]!;
  const asked = new Set(
    Array.from({ length: begun }, (_, item) => `${id}-${item}`)
      .filter((each) => each !== taskId)
      .map((each) => draft.state.tasks.get(each)?.agent),
  );
  const others = offers.filter(({ agent }) => !asked.has(agent));
  return others.length > 0 ? others : offers;
};

/** Who gets the next attempt of a task, and why; undefined while nobody may have it. */
export const chooseAgent = (draft: Draft, wanted: Wanted, skill: string): Choice | undefined => {
  if (draft.frozen(skill)) return undefined;
  const task: TaskState | undefined = draft.state.tasks.get(wanted.taskId);
  const offers = apart(draft, wanted, affordable(draft, candidates(draft, task, skill)));
  if (offers.length < 2) return bestAgent(offers, { given: draft.given });
  const { given } = draft;
  return bestAgent(offers, { given, weights: weightsOf(draft), near: nearOf(draft, wanted), failedOn: task?.fault && task.agent });
};

const MOST_LENT = PRIORITIES.indexOf('high');

/** The priority of an attempt: one higher, `high` at most, where the flow's tenant would wait behind what others have had beyond their share. */
export const priorityOf = (draft: Draft, { skill, wanted }: { skill: string; wanted: Priority }): Priority => {
  const rank = PRIORITIES.indexOf(wanted);
  return rank > MOST_LENT && draft.facts.goesFirst?.(skill) ? PRIORITIES[rank - 1]! : wanted;
};
