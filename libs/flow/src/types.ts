import type {
  Artifact,
  DirectorySkill,
  EndState,
  Fault,
  Outcome,
  Priority,
  Problem,
  SignalName,
  TaskResult,
  ValueRef,
  BlobRef,
} from '@waggle/protocol';

/** A position in a stream: the identity of an input, whatever copies of it were made. */
export interface Origin {
  stream: string;
  sequence: number;
}

/** Where retries go: `delay(attempt) = min(max, initial * factor)`, then spread by `jitter`. */
export interface RetryPolicy {
  attempts: number;
  backoff: 'exponential' | 'linear' | 'fixed';
  /** Milliseconds. */
  initial: number;
  max: number;
  /** 0 to 1: the part of the delay that is spread at random (from the flow's own seed: decide stays deterministic). */
  jitter: number;
  retryOn?: string[];
  noRetryOn?: string[];
}

/** A value with `${{ CEL }}` in its strings, kept as written; expressions are compiled when the flow is. */
export type Template = unknown;

export interface StepDefinition {
  id: string;
  skill: string;
  input?: Template;
  /** CEL over `input` and `steps`: false skips the step. */
  when?: string;
  /** CEL giving a list: one task for each, `item` and `index` in its input. */
  forEach?: string;
  /** Tasks of a forEach at work at once. */
  maxParallel?: number;
  /** Order without data; a `steps.x` in an expression is a dependency by itself. */
  needs?: string[];
  join: 'all';
  retry: RetryPolicy;
  /** Milliseconds an attempt may take; the skill's own when left out. */
  timeout?: number;
  priority?: Priority;
  /** What a failed step does to the flow: end it, or go on with its `error` as result. */
  onFailure: 'fail' | 'continue';
}

/** The one validated form of a workflow, whatever it was written in. Times are milliseconds. */
export interface FlowDefinition {
  name: string;
  version: string;
  description?: string;
  /** JSON Schema of the input. */
  input?: Record<string, unknown>;
  budget: { time: number; tasks: number };
  steps: StepDefinition[];
  /** Template of the flow's output; the outputs of all steps by id when left out. */
  output?: Template;
}

/** What the coordinator knows and the flow does not: read at the time of the decision, recorded by its result. */
export interface Facts {
  /** Who offers a skill now. */
  directory(skill: string): DirectorySkill | undefined;
  /** A value by reference, where it is loaded. */
  value(ref: BlobRef): { value: unknown } | undefined;
  /** A stored workflow, for a submission by name: resolved by the shell before the decision. */
  workflow?: FlowDefinition | { problems: Problem[] };
}

/** Something the flow must react to. `at` is the broker's time of the input, in milliseconds. */
export type Input = { origin: Origin; at: number } & (
  | {
      kind: 'submit';
      flowId: string;
      tenant: string;
      owner: string;
      messageId: string;
      hop: number;
      contextId?: string;
      userId?: string;
      traceparent?: string;
      /** Checked by shape already; `problems` when it was not even that. */
      submission: Submission | { problems: Problem[] };
    }
  | { kind: 'signal'; speaker: string; operator: boolean; id: string; signal: SignalName; reason?: string; data?: Record<string, unknown> }
  | { kind: 'result'; agent: string; taskId: string; attempt: number; result: TaskResult | { problems: Problem[] } }
  | { kind: 'timer'; n: number }
  /** A child flow of one of this flow's attempts asks to begin. */
  | { kind: 'childReserve'; childId: string; agent: string; taskId: string; attempt: number }
  | { kind: 'childEnded'; childId: string; state: EndState; cost: number }
);

export interface Submission {
  definition?: FlowDefinition;
  skill?: string;
  workflow?: string;
  version?: string;
  input?: unknown;
  priority?: Priority;
  timeout?: number;
  parent?: { flowId: string; taskId: string; attempt: number };
}

/** What has happened: the only thing state is made of. The fold reads these and never decides. */
export type FlowEvent =
  | {
      type: 'flowStarted';
      flowId: string;
      tenant: string;
      owner: string;
      messageId: string;
      definition: FlowDefinition;
      input: unknown;
      priority: Priority;
      hop: number;
      deadline: number;
      contextId?: string;
      userId?: string;
      traceparent?: string;
      parent?: { flowId: string; taskId: string; attempt: number; agent: string };
    }
  | { type: 'flowRejected'; flowId: string; tenant: string; owner: string; problems: Problem[] }
  | { type: 'stepExpanded'; stepId: string; count: number; items: unknown[] | ValueRef }
  | { type: 'stepSkipped'; stepId: string; reason: string }
  | {
      type: 'taskDispatched';
      stepId: string;
      taskId: string;
      attempt: number;
      agent: string;
      priority: Priority;
      skill: string;
      deadline: number;
    }
  | { type: 'taskWaiting'; stepId: string; taskId: string; reason: 'NO_AGENT'; skill: string; until: number }
  | {
      type: 'taskCompleted';
      taskId: string;
      attempt: number;
      output: unknown;
      artifacts?: Artifact[];
      cost: number;
      startedAt: string;
      endedAt: string;
      instance: string;
    }
  | { type: 'attemptFailed'; taskId: string; attempt: number; fault: Fault; cost: number; retryAt?: number }
  | { type: 'taskFailed'; taskId: string; attempt: number; fault: Fault }
  | { type: 'taskCanceled'; taskId: string; attempt: number }
  | { type: 'stepCompleted'; stepId: string }
  | { type: 'stepFailed'; stepId: string; fault: Fault }
  | { type: 'signalApplied'; id: string; signal: SignalName; by: string; sequence: number; reason?: string }
  | { type: 'signalIgnored'; id: string; signal: SignalName; by: string; why: 'NOT_OWNER' | 'SUPERSEDED' | 'ENDED' | 'UNSUPPORTED' }
  | { type: 'childReserved'; childId: string; agent: string; taskId: string; attempt: number }
  | { type: 'childRefused'; childId: string; code: 'PARENT_ENDED' | 'BUDGET_EXCEEDED' | 'HOP_LIMIT' }
  | { type: 'childEnded'; childId: string; state: EndState; cost: number }
  | { type: 'timerArmed'; n: number; at: number }
  | { type: 'flowEnded'; outcome: Outcome };

/** What is to be done about it. Each has a subject of its own, so doing it again after a crash changes nothing. */
export type Command =
  | {
      type: 'dispatch';
      agent: string;
      priority: Priority;
      taskId: string;
      attempt: number;
      skill: string;
      input: unknown;
      deadline: number;
      workState?: unknown;
    }
  | { type: 'abort'; agent: string; priority: Priority; taskId: string; attempt: number; reason: string }
  | { type: 'timer'; n: number; at: number }
  | { type: 'wait'; kind: 'skill'; key: string }
  | { type: 'unwait'; kind: 'skill'; key: string }
  | { type: 'deadLetter'; agent: string; taskId: string; attempt: number; skill: string; fault: Fault; input: unknown }
  | { type: 'cancelChild'; childId: string; owner: string }
  | { type: 'notifyParent'; parent: { flowId: string }; childId: string; state: EndState; cost: number }
  | { type: 'outcome'; outcome: Outcome };

/** One entry of a flow's log. */
export interface Transition {
  /** 1 for the first; no gap. */
  n: number;
  /** "Now": the newest input's broker time, never less than the last transition's. Milliseconds. */
  at: number;
  inputs: Origin[];
  events: FlowEvent[];
  commands: Command[];
  /** More commands are due than one transition may hold: decide again with no input. */
  more: boolean;
}

export type Decision =
  | { kind: 'transition'; transition: Transition }
  /** The inputs change nothing: to be acknowledged on a state proven current only. */
  | { kind: 'nothing' }
  /** The decision needs values that are stored by reference: load them and decide again. */
  | { kind: 'need'; values: BlobRef[] };
