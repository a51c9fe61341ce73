import { isHard } from './behaviour.js';
import { isForgetful } from './power.js';
import { Random } from './random.js';
import { isForEvent, SKILLS, stepsOf, UNDO, type Step } from './steps.js';

/** What somebody says to a flow that may wait for it. */
export interface NotePlan {
  at: number;
  id: string;
}

export interface FlowPlan {
  id: string;
  owner: string;
  definition: { budget: { time: string; tasks: number }; steps: Step[] } & Record<string, unknown>;
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
  notes: NotePlan[];
}

/** Something happens; what is told again under its id is the same. */
export interface EventPlan {
  at: number;
  id: string;
  k: number;
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
  events: EventPlan[];
  /** Commands that one transition may hold: few, so that more than one is needed now and then. */
  commands?: number;
}

export const AGENTS = ['ada', 'bob'] as const;
export const OWNERS = ['ann', 'ben'] as const;
/** Who answers questions, besides: the one may where a ladder names it, the other never. */
export const PEOPLE = [...OWNERS, 'cat', 'dan'] as const;

const flowOf = (random: Random, seed: number, n: number): FlowPlan => {
  const large = random.chance(0.04);
  const paused = random.chance(0.2) ? random.between(0, 1_500) : undefined;
  const at = random.between(0, 3_000);
  const undone = random.chance(0.25);
  const sometimes = (part: number, least: number, most: number): number | undefined =>
    random.chance(part) ? at + random.between(least, most) : undefined;
  const steps = stepsOf(random, random.whole(1, 4), { large, undone, goesOn: isHard(seed) ? 0.85 : 0.3 });
  const doom: Step = { id: 'doom', check: 'input.yes == false', needs: steps.map(({ id }) => id) };
  const waits = steps.some(({ wait }) => wait !== undefined && 'signal' in (wait as object));
  return {
    id: `f${seed}-${n}`,
    owner: random.of(OWNERS),
    at,
    definition: {
      name: `flow-${n}`,
      budget: { time: '4m', tasks: random.chance(0.2) ? random.whole(2, 8) : 200 },
      steps: undone && random.chance(0.6) ? [...steps, doom] : steps,
      ...(undone && random.chance(0.5) ? { rollbackOnCancel: true } : {}),
      ...(undone && random.chance(0.1) ? { rollbackOnFailure: false } : {}),
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
    notes: waits ? Array.from({ length: random.whole(0, 2) }, (_, i) => ({ at: at + random.between(0, 8_000), id: `note-${i}` })) : [],
  };
};

const eventsOf = (random: Random): EventPlan[] => {
  const events = Array.from({ length: random.whole(1, 4) }, (_, n) => ({
    at: random.between(500, 10_000),
    id: `ring-${n}`,
    k: random.whole(0, 1),
  }));
  const again = events.filter(() => random.chance(0.4)).map((event) => ({ ...event, at: event.at + random.between(0, 4_000) }));
  return [...events, ...again];
};

/** What the seed asks of the mesh. */
export const planOf = (seed: number): Plan => {
  const random = new Random(`plan ${seed}`);
  const flows = Array.from({ length: random.whole(1, 4) }, (_, n) => flowOf(random, seed, n));
  return {
    seed,
    // one that is alone has nobody who reads what was forgotten in its stead
    replicas: random.whole(isForgetful(seed) ? 1 : 2, 3),
    partitions: random.whole(1, 4),
    flows,
    skills: [...SKILLS, UNDO].map((skill) => ({
      skill,
      agents: random.chance(0.4) ? [...AGENTS] : [random.of(AGENTS)],
      offeredAt: random.chance(0.2) ? random.between(1_000, 6_000) : 0,
    })),
    events: flows.some(({ definition: { steps } }) => steps.some(isForEvent)) ? eventsOf(random) : [],
    ...(random.chance(0.15) ? { commands: random.whole(12, 16) } : {}),
  };
};
