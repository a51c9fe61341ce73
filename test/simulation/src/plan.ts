import { hashOf, Random } from './random.js';

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
  | 'lateOnce'
  | 'handOn'
  | 'child'
  | 'greedyChild';

export interface FlowPlan {
  id: string;
  owner: string;
  definition: Record<string, unknown>;
  input: unknown;
  /** Milliseconds after the beginning. */
  at: number;
  cancelAt?: number;
  strangerAt?: number;
  duplicateAt?: number;
  /** Another owner asks for the same id. */
  takenAt?: number;
  /** It is paused, and resumed a moment later. */
  pausedAt?: { from: number; to: number };
}

export interface SkillPlan {
  skill: string;
  agents: string[];
  offeredAt: number;
}

/** How a seed's world is: everything that is asked of the mesh, and by whom it is done. */
export interface Plan {
  seed: number;
  replicas: number;
  partitions: number;
  flows: FlowPlan[];
  skills: SkillPlan[];
  /** Commands that one transition may hold: few, so that more than one is needed now and then. */
  commands?: number;
}

export const AGENTS = ['ada', 'bob'] as const;
export const OWNERS = ['ann', 'ben'] as const;
const SKILLS = ['work.a', 'work.b', 'work.c'];

const behaviours: [Behaviour, number][] = [
  ['ok', 57],
  ['slow', 6],
  ['failOnce', 8],
  ['failAlways', 2],
  ['failFinally', 2],
  ['reject', 1],
  ['malformed', 2],
  ['hangOnce', 5],
  ['killOnce', 3],
  ['lateOnce', 2],
  ['handOn', 5],
  ['child', 7],
  ['greedyChild', 2],
];
const WEIGHT = behaviours.reduce((sum, [, weight]) => sum + weight, 0);

/** The same for a task in every run of the seed. Tasks of children have none of their own. */
export const behaviourOf = (seed: number, flowId: string, taskId: string): Behaviour => {
  let roll = hashOf(`${seed}/${flowId}/${taskId}`) % WEIGHT;
  for (const [behaviour, weight] of behaviours)
    if ((roll -= weight) < 0) return isChild(flowId) && behaviour.endsWith('hild') ? 'ok' : behaviour;
  return 'ok';
};

export const isChild = (flowId: string): boolean => flowId.startsWith('c-');

const stepsOf = (random: Random, count: number, large: boolean): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, index) => {
    const earlier = Array.from({ length: index }, (_, n) => `s${n}`).filter(() => random.chance(0.5));
    const list = random.chance(0.35);
    const from = earlier.length > 0 && random.chance(0.6) ? random.of(earlier) : undefined;
    return {
      id: `s${index}`,
      skill: random.of(SKILLS),
      needs: earlier,
      input: from === undefined ? { n: index } : { n: index, from: `\${{ steps.${from}.output }}` },
      ...(list ? { forEach: large ? 'input.many' : 'input.list' } : {}),
      ...(list && random.chance(0.4) ? { maxParallel: random.whole(1, 3) } : {}),
      ...(list && random.chance(0.25)
        ? {
            join: random.of([
              { any: true, rest: 'cancel' },
              { quorum: 2, rest: random.of(['cancel', 'run']) },
            ]),
          }
        : {}),
      ...(random.chance(0.1) ? { when: 'input.yes == false' } : {}),
      retry: {
        attempts: random.whole(1, 3),
        backoff: random.of(['fixed', 'linear', 'exponential']),
        initial: `${random.whole(0, 1_500)}ms`,
        max: '4s',
        jitter: random.chance(0.5) ? 0.3 : 0,
      },
      timeout: `${random.whole(20, 40)}s`,
      onFailure: random.chance(0.3) ? 'continue' : 'fail',
      ...(random.chance(0.3) ? { priority: random.of(['low', 'high', 'critical']) } : {}),
    };
  });

const flowOf = (random: Random, seed: number, n: number): FlowPlan => {
  const large = random.chance(0.04);
  const paused = random.chance(0.2) ? random.between(0, 1_500) : undefined;
  const at = random.between(0, 3_000);
  const sometimes = (part: number, least: number, most: number): number | undefined =>
    random.chance(part) ? at + random.between(least, most) : undefined;
  return {
    id: `f${seed}-${n}`,
    owner: random.of(OWNERS),
    at,
    definition: {
      name: `flow-${n}`,
      budget: { time: '4m', tasks: random.chance(0.2) ? random.whole(2, 8) : 200 },
      steps: stepsOf(random, random.whole(1, 4), large),
    },
    input: {
      yes: true,
      list: Array.from({ length: random.whole(0, 4) }, (_, i) => i),
      ...(large ? { many: Array.from({ length: 40 }, (_, i) => i) } : {}),
    },
    cancelAt: random.chance(0.3) ? sometimes(0.3, 0, 40) : sometimes(0.12, 0, 4_000),
    strangerAt: sometimes(0.1, 0, 2_000),
    duplicateAt: sometimes(0.15, 0, 2_000),
    takenAt: sometimes(0.08, 0, 2_000),
    ...(paused === undefined ? {} : { pausedAt: { from: at + paused, to: at + paused + random.between(1, 2_000) } }),
  };
};

/** What the seed asks of the mesh. */
export const planOf = (seed: number): Plan => {
  const random = new Random(`plan ${seed}`);
  return {
    seed,
    replicas: random.whole(2, 3),
    partitions: random.whole(1, 4),
    flows: Array.from({ length: random.whole(1, 4) }, (_, n) => flowOf(random, seed, n)),
    skills: SKILLS.map((skill) => ({
      skill,
      agents: random.chance(0.4) ? [...AGENTS] : [random.of(AGENTS)],
      offeredAt: random.chance(0.2) ? random.between(1_000, 6_000) : 0,
    })),
    ...(random.chance(0.15) ? { commands: random.whole(12, 16) } : {}),
  };
};
