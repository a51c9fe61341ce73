import { WaggleError } from '@waggle/protocol';
import type { CompiledStep } from '../definition/compile.js';
import type { Join } from '../definition/definition.js';
import { loadWhole } from '../expression/loader.js';
import { LIMITS } from '../limits.js';
import type { StepState } from '../state/state.js';
import type { Draft } from './draft.js';

/** One task, or one step, whose result may come together with others. */
interface Voice {
  id: number | string;
  completed: boolean;
  output?: unknown;
  agent?: string;
}

/** `chosen`: the join is met; `failed`: it cannot be any more; undefined: not decided yet. */
export type Verdict = { chosen: (number | string)[] } | { failed: string } | undefined;

interface Vote {
  join: Exclude<Join, { any: true }>;
  /** Those that have ended. */
  voices: Voice[];
  /** Those that have not. */
  open: number;
}

const distinctOf = (voices: Voice[], distinct: 'agent' | 'task'): Voice[] => {
  if (distinct === 'task') return voices;
  const seen = new Set<string>();
  return voices.filter(({ agent }) => agent === undefined || (!seen.has(agent) && seen.add(agent)));
};

const judgedOf = (draft: Draft, step: CompiledStep, { output, agent }: Voice): unknown =>
  loadWhole(step.judge!.evaluate(draft.scope({ output: output ?? null, agent: agent ?? '' }), draft.load), draft.load);

const quorum = (count: number, voices: Voice[], open: number): Verdict => {
  if (voices.length >= count) return { chosen: voices.slice(0, count).map(({ id }) => id) };
  return voices.length + open < count ? { failed: `a quorum of ${count} cannot be reached: ${voices.length} completed` } : undefined;
};

const consensus = (
  draft: Draft,
  step: CompiledStep,
  { voices, open, of, part }: { voices: Voice[]; open: number; of: number; part: number },
): Verdict => {
  const needed = Math.max(1, Math.ceil(part * of - 1e-9));
  const groups = new Map<string, Voice[]>();
  for (const voice of voices) {
    const key = JSON.stringify(judgedOf(draft, step, voice)) ?? 'null';
    const group = groups.get(key);
    if (group) group.push(voice);
    else groups.set(key, [voice]);
  }
  const [most = []] = [...groups.values()].sort((a, b) => b.length - a.length);
  if (most.length >= needed) return { chosen: most.map(({ id }) => id) };
  return most.length + open < needed ? { failed: `no consensus: ${needed} of ${of} must say the same, ${most.length} do` } : undefined;
};

const best = (draft: Draft, step: CompiledStep, voices: Voice[]): Verdict => {
  let winner: { id: number | string; score: number } | undefined;
  for (const voice of voices) {
    const score = judgedOf(draft, step, voice);
    if (typeof score !== 'number') throw new WaggleError('EXPRESSION_FAILED', `${step.judge!.source.slice(0, 200)} gave no number`);
    if (!winner || score > winner.score) winner = { id: voice.id, score };
  }
  return winner ? { chosen: [winner.id] } : { failed: 'none of them completed' };
};

const judge = (draft: Draft, step: CompiledStep, { join, voices, open }: Vote): Verdict => {
  const completed = voices.filter((voice) => voice.completed);
  if ('quorum' in join) return quorum(join.quorum, distinctOf(completed, join.distinct), open);
  if ('best' in join) return open > 0 ? undefined : best(draft, step, completed);
  const of = voices.length + open;
  return consensus(draft, step, { voices: distinctOf(completed, join.distinct), open, of, part: join.consensus });
};

/** Whether the tasks of a list have come together. Throws what expressions throw. */
export const judgeTasks = (draft: Draft, step: CompiledStep, at: StepState): Verdict => {
  const join = step.definition.join as Join;
  const open = at.total - at.completed - at.failed;
  if ('any' in join) {
    if (at.completed === 0) return open === 0 ? { failed: 'none of the tasks completed' } : undefined;
  } else if ('best' in join && open > 0) return undefined;
  else if ('quorum' in join && at.completed < join.quorum)
    return at.completed + open < join.quorum
      ? { failed: `a quorum of ${join.quorum} cannot be reached: ${at.completed} completed` }
      : undefined;
  // these are weighed again with every result
  if (('consensus' in join || ('quorum' in join && join.distinct === 'agent')) && at.total > LIMITS.voices)
    throw new WaggleError('EXPRESSION_FAILED', `this join is about at most ${LIMITS.voices} tasks, not ${at.total}`);
  const voices = voicesOf(draft, step, at);
  if ('any' in join) return { chosen: [voices.find(({ completed }) => completed)!.id] };
  return judge(draft, step, { join, voices, open });
};

const voicesOf = (draft: Draft, step: CompiledStep, at: StepState): Voice[] => {
  const { tasks } = draft.state;
  const made = Array.from({ length: at.begun }, (_, item) => tasks.get(`${step.definition.id}-${item}`)!);
  return made
    .filter(({ status }) => status === 'completed' || status === 'failed')
    .sort((a, b) => (a.ended ?? 0) - (b.ended ?? 0))
    .map(({ item, status, agent }) => ({ id: item!, completed: status === 'completed', output: at.outputs[item!], agent }));
};

/** Whether the steps that one needs have come together. Throws what expressions throw. */
export const judgeSteps = (draft: Draft, step: CompiledStep): Verdict => {
  const { state } = draft;
  const join = step.definition.join as Join;
  const members = step.members.map((index) => state.steps[index]!);
  const ended = members.filter(({ status }) => status !== 'pending' && status !== 'open');
  const voices = ended.map(({ index, status, output }): Voice => {
    const { id } = draft.flow.steps[index]!.definition;
    return { id, completed: status === 'completed', output, agent: state.tasks.get(id)?.agent };
  });
  const open = members.length - ended.length;
  if (!('any' in join)) return judge(draft, step, { join, voices, open });
  const first = voices.find(({ completed }) => completed);
  if (first) return { chosen: [first.id] };
  return open === 0 ? { failed: 'none of the steps completed' } : undefined;
};
