import type { Random } from './random.js';

/** A step as it is submitted. */
export type Step = Record<string, unknown> & { id: string };

export const SKILLS = ['work.a', 'work.b', 'work.c'];
/** Undoes what others did. */
export const UNDO = 'undo.a';
/** Who says what happens, and what. */
export const BELL = { source: 'bell', type: 'rang' } as const;

const LADDERS = [
  undefined,
  [
    { who: 'human', name: 'cat', after: '2s' },
    { who: 'on-call', after: '3s' },
  ],
  [
    { who: 'lead', after: '1500ms' },
    { who: 'human', name: 'cat', after: '1s' },
    { who: 'on-call', after: '2s' },
  ],
];

const ladderOf = (random: Random): object => {
  const ladder = random.of(LADDERS);
  return ladder ? { ladder } : {};
};

const retryOf = (random: Random): object => ({
  retry: {
    attempts: random.whole(1, 3),
    backoff: random.of(['fixed', 'linear', 'exponential']),
    initial: `${random.whole(0, 1_500)}ms`,
    max: '4s',
    jitter: random.chance(0.5) ? 0.3 : 0,
  },
});

/** People are asked. */
const question = (random: Random): object => ({
  decide: {
    question: 'Go on?',
    options: ['yes', 'no'],
    ...ladderOf(random),
    ...(random.chance(0.7) ? { default: 'no' } : {}),
  },
  timeout: `${random.whole(2, 8)}s`,
});

const wait = (random: Random): object =>
  random.of([
    { wait: { for: `${random.whole(0, 3_000)}ms` } },
    { wait: { signal: 'go' }, timeout: `${random.whole(2, 25)}s` },
    { wait: { event: { ...BELL, filter: `event.data.k == ${random.whole(0, 1)}` } }, timeout: `${random.whole(2, 25)}s` },
    { wait: { event: BELL }, timeout: `${random.whole(2, 25)}s` },
  ]);

/** What is done again until it is good, or too often. */
const repeat = (random: Random): object => ({
  repeat: {
    until: `last.given.n >= ${random.whole(0, 4)}`,
    maxIterations: random.whole(1, 4),
    otherwise: random.of(['fail', 'continue']),
  },
  input: { n: '${{ iteration }}' },
});

const recovery = (random: Random): object => ({
  onError: [
    random.of<object>([
      { do: 'skip' },
      { do: 'fail' },
      { do: 'retry' },
      {
        do: 'escalate',
        timeout: '6s',
        ...ladderOf(random),
        ...(random.chance(0.7) ? { default: random.of(['skip', 'retry', 'fail']) } : {}),
      },
      { run: { skill: random.of(SKILLS), input: { error: '${{ error.code }}' } } },
    ]),
  ],
});

/** What undoes it is told whose work it undoes. */
const compensation = (random: Random): object => ({
  compensate: {
    skill: UNDO,
    input: { of: '${{ output.task }}' },
    timeout: '20s',
    retry: { attempts: random.whole(2, 4), initial: '50ms', max: '1s' },
  },
});

/** A flow in a flow; at most so many more below it. */
const subFlow = (random: Random, depth: number): object => ({
  flow: {
    steps: Array.from({ length: random.whole(1, 2) }, (_, n) => innerStep(random, `i${n}`, depth)),
    output: { given: { n: '${{ input.n }}' } },
    ...(random.chance(0.3) ? { budget: { tasks: random.whole(1, 6) } } : {}),
  },
  retry: { attempts: random.whole(1, 2), initial: '100ms' },
  ...(random.chance(0.3) ? { budget: { tasks: random.whole(1, 8) } } : {}),
});

const innerStep = (random: Random, id: string, depth: number): Step => {
  const step = { id, input: { n: '${{ input.n }}' }, onFailure: random.of(['continue', 'fail', 'fail']) };
  if (depth > 0 && random.chance(0.2)) return { ...step, ...subFlow(random, depth - 1) };
  if (random.chance(0.12)) return { ...step, ...question(random), input: {} };
  return {
    ...step,
    skill: random.of(SKILLS),
    timeout: '20s',
    ...(random.chance(0.2) ? compensation(random) : {}),
    retry: { attempts: random.whole(1, 2), initial: '20ms' },
  };
};

const many = (random: Random, large: boolean): object => ({
  forEach: large ? 'input.many' : 'input.list',
  ...(random.chance(0.4) ? { maxParallel: random.whole(1, 3) } : {}),
});

const join = (random: Random): object => ({
  join: random.of([
    { any: true, rest: 'cancel' },
    { quorum: 2, rest: random.of(['cancel', 'run']) },
  ]),
});

/** The work of agents. */
const work = (random: Random, large: boolean): object => {
  const list = random.chance(0.35);
  return {
    skill: random.of(SKILLS),
    ...(list ? many(random, large) : {}),
    ...(list && random.chance(0.25) ? join(random) : {}),
    ...(!list && random.chance(0.12) ? repeat(random) : {}),
    ...(random.chance(0.08) ? recovery(random) : {}),
    timeout: `${random.whole(20, 40)}s`,
    ...retryOf(random),
    ...(random.chance(0.3) ? { priority: random.of(['low', 'high', 'critical']) } : {}),
  };
};

const kindOf = (random: Random, large: boolean): object => {
  const roll = random.next();
  if (roll < 0.07) return question(random);
  if (roll < 0.16) return wait(random);
  if (roll >= 0.24) return work(random, large);
  return { ...(random.chance(0.4) ? many(random, false) : random.chance(0.3) ? repeat(random) : {}), ...subFlow(random, 1) };
};

const mayBeUndone = (step: Record<string, unknown>): boolean => step.skill !== undefined && step.onError === undefined;

export const isForEvent = ({ wait }: Step): boolean => wait !== undefined && 'event' in (wait as object);

/** Now and then what happens is waited for again. */
const again = (random: Random, steps: readonly Step[]): Step[] => {
  const first = steps.find(isForEvent);
  if (!first || random.chance(0.4)) return [...steps];
  return [...steps, { id: 'again', needs: [first.id], wait: { event: BELL }, timeout: `${random.whole(2, 25)}s`, onFailure: 'continue' }];
};

export interface StepsOptions {
  large: boolean;
  /** What they do can be taken back. */
  undone: boolean;
  /** How likely the flow goes on when one fails. */
  goesOn: number;
}

/** Steps that each wait for some of those before. */
export const stepsOf = (random: Random, count: number, { large, undone, goesOn }: StepsOptions): Step[] => {
  const steps = Array.from({ length: count }, (_, index): Step => {
    const needs = Array.from({ length: index }, (_, n) => `s${n}`).filter(() => random.chance(0.5));
    const from = needs.length > 0 && random.chance(0.6) ? random.of(needs) : undefined;
    const kind: Record<string, unknown> = { ...kindOf(random, large) };
    const input = {
      n: index,
      ...(from === undefined ? {} : { from: `\${{ steps.${from}.output }}` }),
      ...(kind.input as object | undefined),
    };
    return {
      id: `s${index}`,
      needs,
      ...(random.chance(0.1) ? { when: 'input.yes == false' } : {}),
      onFailure: random.chance(goesOn) ? 'continue' : 'fail',
      ...kind,
      ...(kind.wait === undefined ? { input } : {}),
      ...(undone && mayBeUndone(kind) && random.chance(0.7) ? compensation(random) : {}),
    };
  });
  return again(random, steps);
};
