import { isHandedBack } from './handing-back.js';
import { hashOf } from './random.js';

/** What an agent does with a task, whatever happens around it. */
export type Behaviour =
  | 'ok'
  | 'slow'
  | 'failOnce'
  | 'failAlways'
  | 'failFinally'
  | 'reject'
  | 'malformed'
  | 'hangOnce'
  | 'killOnce'
  | 'killAlways'
  | 'lateOnce'
  | 'handOn'
  | 'handOver'
  | 'ask'
  | 'child'
  | 'greedyChild';

const BEHAVIOURS: [Behaviour, number][] = [
  ['ok', 52],
  ['slow', 5],
  ['failOnce', 7],
  ['failAlways', 2],
  ['failFinally', 2],
  ['reject', 1],
  ['malformed', 2],
  ['hangOnce', 4],
  ['killOnce', 3],
  ['killAlways', 1],
  ['lateOnce', 2],
  ['handOn', 4],
  ['handOver', 4],
  ['ask', 3],
  ['child', 6],
  ['greedyChild', 2],
];

/** Of worlds in which much goes wrong for good. */
const HARD: [Behaviour, number][] = [...BEHAVIOURS, ['failAlways', 30], ['killAlways', 3]];

/** Whether much of what a seed's agents do fails for good. */
export const isHard = (seed: number): boolean => hashOf(`hard ${seed}`) % 4 === 0;

/** Of worlds in which agents die at work. */
const LONG: [Behaviour, number][] = [...BEHAVIOURS, ['slow', 40]];

const behavioursOf = (seed: number): [Behaviour, number][] => (isHard(seed) ? HARD : isHandedBack(seed) ? LONG : BEHAVIOURS);

/** What people do about a question. */
export type Manner = 'prompt' | 'silent' | 'atTheEnd' | 'contested' | 'mistaken' | 'stranger';

const MANNERS: [Manner, number][] = [
  ['prompt', 27],
  ['silent', 20],
  ['atTheEnd', 20],
  ['contested', 18],
  ['mistaken', 8],
  ['stranger', 7],
];

const chosen = <T>(list: readonly [T, number][], text: string): T => {
  let roll = hashOf(text) % list.reduce((sum, [, weight]) => sum + weight, 0);
  return list.find(([, weight]) => (roll -= weight) < 0)![0];
};

export const isChild = (flowId: string): boolean => flowId.startsWith('c-');

/** The same for a task in every run of the seed. Tasks of children have no children of their own. */
export const behaviourOf = (seed: number, flowId: string, taskId: string): Behaviour => {
  const behaviour = chosen(behavioursOf(seed), `${seed}/${flowId}/${taskId}`);
  return isChild(flowId) && behaviour.endsWith('hild') ? 'ok' : behaviour;
};

/** The same for a question, which is asked under the same id in every run. */
export const mannerOf = (seed: number, ask: string): Manner => chosen(MANNERS, `manner ${seed}/${ask}`);
