import { skillOf } from '../definition/definition.js';
import type { TaskState } from '../state/state.js';
import type { Draft } from './draft.js';

/** Milliseconds that a step is taken for of which nobody knows better. */
const UNKNOWN = 1000;

/** How long a step takes: what its author estimates, or what the agents that offer its skill took so far. */
const durationOf = (draft: Draft, index: number): number => {
  const { definition } = draft.flow.steps[index]!;
  if (definition.estimate !== undefined) return definition.estimate;
  const skill = skillOf(definition);
  const known = (skill === undefined ? [] : draft.offers(skill)).map(({ meanMs }) => meanMs).filter((mean) => mean > 0);
  return known.length > 0 ? Math.min(...known) : UNKNOWN;
};

/** For each step how long it is from its beginning to the end of the flow: the longest way. */
const waysOf = (draft: Draft): number[] => {
  const { steps } = draft.flow;
  const ways = new Array<number>(steps.length).fill(-1);
  const open = steps.map(({ dependents }) => dependents.length);
  const ready = steps.filter(({ dependents }) => dependents.length === 0).map(({ index }) => index);
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    const { dependents, dependencies } = steps[index]!;
    ways[index] = durationOf(draft, index) + dependents.reduce((longest, each) => Math.max(longest, ways[each]!), 0);
    for (const each of dependencies) if (--open[each]! === 0) ready.push(each);
  }
  return ways;
};

/**
 * The steps with something to begin, in the order they get agents: where that matters, for the flow asks for it or bounds
 * what runs at once, those on the longest way first (list scheduling), else as they are written.
 */
export const inOrder = (draft: Draft): number[] => {
  const { optimize, maxParallelAgents } = draft.flow.definition;
  const todo = [...draft.state.todo].sort((a, b) => a - b);
  if (todo.length < 2 || (optimize !== 'time' && maxParallelAgents === undefined)) return todo;
  const ways = draft.ways(() => waysOf(draft));
  return todo.sort((a, b) => ways[b]! - ways[a]! || a - b);
};

/** Tasks that wait for people, events or times are not at work. */
export const isAtWork = ({ status }: TaskState): boolean => ['running', 'retrying', 'waiting', 'delegated', 'relying'].includes(status);

/** How many more tasks may be begun beside those at work, and those that are ready to be and come first. */
export const roomLeft = (draft: Draft): number => {
  if (draft.reaping) return 0;
  const most = draft.flow.definition.maxParallelAgents;
  if (most === undefined) return Infinity;
  let atWork = 0;
  for (const task of draft.state.live) if (task.status === 'ready' || isAtWork(task)) atWork++;
  return most - atWork;
};
