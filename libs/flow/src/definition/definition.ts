import type { Priority, Rung, Severity } from '@waggle/protocol';

/**
 * Where retries go: `delay(attempt) = min(max, initial * factor)`, or the attempt's own of `delays` (the last one for all
 * after it), then spread by `jitter`.
 */
export interface RetryPolicy {
  attempts: number;
  backoff: 'exponential' | 'linear' | 'fixed' | 'custom';
  /** Milliseconds. */
  initial: number;
  max: number;
  /** Of `custom`: milliseconds. */
  delays?: number[];
  /** 0 to 1: the part of the delay that is spread at random (from the flow's own seed: decide stays deterministic). */
  jitter: number;
  retryOn?: string[];
  noRetryOn?: string[];
}

/** A value with `${{ CEL }}` in its strings, kept as written; expressions are compiled when the flow is. */
export type Template = unknown;

/** What becomes of tasks that a join no longer needs. */
export type Rest = 'cancel' | 'run';

/** How the tasks of a step with forEach, or the steps that one needs, come together other than by all of them. */
export type Join =
  | { any: true; rest: Rest }
  /** So many of them; of each agent one where `distinct` is `agent`. */
  | { quorum: number; distinct: Distinct; rest: Rest }
  /** A part (above 0, up to 1) of all says the same; `key`: CEL over `output` giving what must be the same. */
  | { consensus: number; key: string; distinct: Distinct; rest: Rest }
  /** When all have ended, the one with the highest score: CEL over `output`. */
  | { best: string };

/** What counts as a voice of its own. */
export type Distinct = 'agent' | 'task';

/** A step again and again: `until` (CEL over `last` and `iteration`) is true, at most `maxIterations` times. */
export interface Repeat {
  until?: string;
  maxIterations: number;
  /** What it means that the bound was met first. */
  otherwise: 'fail' | 'continue';
}

/** What a step may wait for. `timeout` of the step bounds the wait for an event or a signal. */
export type Wait =
  /** Milliseconds. */
  | { for: number }
  /** CEL giving a time: ISO-8601 text, or milliseconds since 1970. */
  | { until: string }
  /** `filter`: CEL over `event`. */
  | { event: { source: string; type: string; filter?: string } }
  /** A `notify` signal of this name. */
  | { signal: string };

/** What a step does: it has exactly one of these. */
export interface StepWork {
  /** A task of an agent. */
  skill?: string;
  /** A stored workflow as a sub-flow. */
  workflow?: string;
  /** Of the stored workflow: `1`, `1.2` or `1.2.3`. */
  version?: string;
  /** A sub-flow written in place; it knows its own input only. */
  flow?: FlowDefinition;
  /** A skill whose output is steps, which are then run as a sub-flow; `retry` bounds how often it plans anew. */
  plan?: string;
  wait?: Wait;
  /** CEL that must be true: else the step fails with CHECK_FAILED. */
  check?: string;
  /** A question to people; `timeout` of the step bounds the wait. */
  decide?: Decide;
  /** Comes to a point that others must reach too, and waits for them; `timeout` of the step is the point's. */
  sync?: Sync;
}

/** A sync point of a session. Its output is `{ arrived }`: who came. */
export interface Sync {
  point: string;
  /** With `${{ CEL }}`; the flow's own session when left out. */
  session?: string;
  /** How many, or which agents. Flows are counted, not named. */
  expect: number | string[];
}

/** A resource that is shared in turns: held from before the first attempt of a task until its end. */
export interface Use {
  resource: string;
  slots: number;
}

/** What people are asked. Its output is `{ option, decidedBy, how, rationale?, data? }`; the step's `input` is the context they see. */
export interface Decide {
  /** With `${{ CEL }}`. */
  question: string;
  severity: Severity;
  options: { id: string; label: string; consequence?: string }[];
  /** Who is asked, one after another; times are milliseconds. */
  ladder?: { who: Rung; name?: string; after: number }[];
  /** The option taken when nobody answers; without one the step fails with ESCALATION_UNANSWERED. */
  default?: string;
}

export const STEP_KINDS = ['skill', 'workflow', 'flow', 'plan', 'wait', 'check', 'decide', 'sync'] as const satisfies (keyof StepWork)[];
export type StepKind = (typeof STEP_KINDS)[number];

/** Work beside the step's own, done as a sub-flow. */
export interface SideWork {
  skill?: string;
  workflow?: string;
  version?: string;
  flow?: FlowDefinition;
  input?: Template;
  /** Milliseconds an attempt may take. */
  timeout?: number;
}

/** What undoes a task of the step when the flow fails after it. Its input knows `output`, and is that when left out. */
export type Compensation = SideWork & { retry: RetryPolicy };

/**
 * What is done about failures of these codes (of all, when left out): try again although it would not be, go on without,
 * fail at once, or `run` something whose output takes the place of the task's. Its input knows `error`.
 */
export type Recovery = { codes?: string[] } & ({ do: 'retry' | 'skip' | 'fail' } | Escalation | { run: SideWork });

/** People are asked which of the three it shall be. */
export interface Escalation extends Pick<Decide, 'ladder'> {
  do: 'escalate';
  severity: Severity;
  /** What is taken when nobody answers; without one the task fails. */
  default?: 'retry' | 'skip' | 'fail';
  /** Milliseconds to wait for an answer. */
  timeout?: number;
}

export interface StepDefinition extends StepWork {
  id: string;
  input?: Template;
  /** CEL over `input` and `steps`: false skips the step. */
  when?: string;
  /** CEL giving a list: one task for each, `item` and `index` in its input. */
  forEach?: string;
  repeat?: Repeat;
  /** Tasks of a forEach at work at once. */
  maxParallel?: number;
  /** Order without data; a `steps.x` in an expression is a dependency by itself. */
  needs?: string[];
  /** Steps that must have ended before it, whatever its join says of `needs`. */
  after?: string[];
  /** How the tasks of the step, where it has a list, or else the steps in `needs`, come together. */
  join: 'all' | Join;
  /** By step: what its output must be before this one begins, as JSON Schema or as CEL over `output`. */
  expects?: Record<string, Record<string, unknown> | string>;
  retry: RetryPolicy;
  /** Milliseconds an attempt may take; the skill's own when left out. */
  timeout?: number;
  /** Milliseconds it is expected to take, for the order in which steps begin. */
  estimate?: number;
  /** Milliseconds from its beginning until the whole step must have ended, all attempts and tasks of it. */
  within?: number;
  priority?: Priority;
  /** What its tasks need a turn at, in the order it is asked for: by name, so that no two flows wait for each other. */
  uses?: Use[];
  /** What a sub-flow gets of this flow's budget at most. */
  budget?: { time?: number; tasks?: number; cost?: number };
  onError?: Recovery[];
  compensate?: Compensation;
  /** What a failed step does to the flow: end it, or go on with its `error` as result. */
  onFailure: 'fail' | 'continue';
}

/** Changes the flow as results arrive: judged once, when the steps that `after` and `when` name have ended. */
export interface Rule {
  id: string;
  after?: string;
  when?: string;
  add?: StepDefinition[];
  replace?: StepDefinition[];
  skip?: string[];
}

/** Steps that must have ended so many milliseconds after others have. Phases are made of these. */
export interface TimeBox {
  id: string;
  /** The steps whose end begins the time; the flow's beginning where there are none. */
  after: string[];
  steps: string[];
  time: number;
}

/** An event that starts a flow of the workflow, where it is stored. */
export interface Trigger {
  source: string;
  type: string;
  /** CEL over `event`. */
  filter?: string;
  /** The flow's input, with `event` in its expressions; the event itself when left out. */
  input?: Template;
}

/** The one validated form of a workflow, whatever it was written in. Times are milliseconds. */
export interface FlowDefinition {
  name: string;
  version: string;
  description?: string;
  /** JSON Schema of the input. */
  input?: Record<string, unknown>;
  /** `cost`: US dollars, children included; without one there is no limit. */
  budget: { time: number; tasks: number; cost?: number };
  /** Tasks at work at once. */
  maxParallelAgents?: number;
  /** What agents are chosen for, and who begins first: the fast ones and the longest way, or the cheap ones. */
  optimize?: 'time' | 'cost';
  steps: StepDefinition[];
  /** Whether what was done is undone, as the steps say by `compensate`: when the flow fails (default true), when it is canceled (false). */
  rollbackOnFailure?: boolean;
  rollbackOnCancel?: boolean;
  /** Milliseconds that undoing may take. */
  rollbackTime?: number;
  timeBoxes?: TimeBox[];
  rules?: Rule[];
  on?: Trigger[];
  /** Template of the flow's output; the outputs of all steps by id when left out. */
  output?: Template;
}

/** Of a validated step. */
export const kindOf = (step: StepWork): StepKind => STEP_KINDS.find((kind) => step[kind] !== undefined)!;

/** The skill an agent is asked for by the step itself. */
export const skillOf = ({ skill, plan }: StepWork): string | undefined => skill ?? plan;

/** Whether the step makes more than one task. */
export const isMany = ({ forEach, repeat }: Pick<StepDefinition, 'forEach' | 'repeat'>): boolean =>
  forEach !== undefined || repeat !== undefined;

/** What the step does in a word or two, for people. */
export const describeWork = (step: StepDefinition): string => {
  const kind = kindOf(step);
  switch (kind) {
    case 'skill':
      return step.skill!;
    case 'workflow':
      return `workflow ${step.workflow}${step.version === undefined ? '' : ` ${step.version}`}`;
    case 'flow':
      return `flow of ${step.flow!.steps.length} steps`;
    case 'plan':
      return `plan by ${step.plan}`;
    case 'wait':
      return describeWait(step.wait!);
    case 'check':
      return `check ${step.check}`;
    case 'decide':
      return `decide ${step.decide!.options.map(({ id }) => id).join(' or ')}`;
    case 'sync':
      return `sync at ${step.sync!.point}`;
    default:
      return kind satisfies never;
  }
};

/** What a waiting step waits for, for people. */
export const describeWait = (wait: Wait): string => {
  if ('for' in wait) return `wait for ${wait.for} ms`;
  if ('until' in wait) return `wait until ${wait.until}`;
  if ('event' in wait) return `wait for event ${wait.event.source}/${wait.event.type}`;
  return `wait for signal ${wait.signal}`;
};
