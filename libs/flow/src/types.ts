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
import type { Weights } from './decide/agent-choice.js';
import type { ControlCommand, ControlEvent, ControlInput, Left } from './control.js';
import type { DefinitionChange } from './definition/change.js';
import type { FlowState } from './state/state.js';
import type { FlowDefinition, Rest } from './definition/definition.js';

export type * from './control.js';
export type { DefinitionChange } from './definition/change.js';
export type * from './definition/definition.js';

/** A position in a stream: the identity of an input, whatever copies of it were made. */
export interface Origin {
  stream: string;
  sequence: number;
}

/** What the coordinator knows and the flow does not: read at the time of the decision, recorded by its result. */
export interface Facts {
  /** Who offers a skill now. */
  directory(skill: string): DirectorySkill | undefined;
  /** Whether tasks of a skill must wait, as somebody said. */
  frozen?(skill: string): boolean;
  /** What counts in the choice among agents; a balance when left out. */
  weights?: Weights;
  /** Whether a skill's queue is long and the flow's tenant has had much less than its share of it. */
  goesFirst?(skill: string): boolean;
  /** A value by reference, where it is loaded, or why it can never be: the step that looks into it fails with that. */
  value(ref: BlobRef): { value: unknown } | { problem: Problem } | undefined;
  /** Where a value that the decision asked to store (`need.store`) lies now; absent: large values fail with MESSAGE_TOO_LARGE. */
  stored?(sha256: string): BlobRef | undefined;
  /** A stored workflow, for a submission by name: resolved by the shell before the decision. */
  workflow?: FlowDefinition | { problems: Problem[] };
  /** The last sequence of EVENT; absent: not known yet, asked for by `need.events`. */
  events?: number;
  /** The flow that a submission resumes, or that this one is restored from, as it was then; resolved by the shell. */
  resumed?: FlowState;
  /** What the parent granted, for a submission with `parent`: `reservationOf(parentState, flowId)`. */
  parent?: Reservation;
}

/** What a parent flow granted to a child, or why not. */
export type Reservation =
  | { granted: true; agent: string; tasks: number; cost?: number; deadline: number; hop: number }
  | { granted: false; code: 'PARENT_ENDED' | 'BUDGET_EXCEEDED' | 'HOP_LIMIT' };

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
      submission: Submission | { problems: Problem[]; /** Milliseconds: of OVERLOADED. */ retryAfter?: number };
    }
  | { kind: 'signal'; speaker: string; operator: boolean; id: string; signal: SignalName; reason?: string; data?: Record<string, unknown> }
  | { kind: 'result'; agent: string; taskId: string; attempt: number; result: TaskResult | { problems: Problem[] } }
  | { kind: 'timer'; n: number }
  /** A child flow of one of this flow's attempts asks to begin. */
  | {
      kind: 'childReserve';
      childId: string;
      /** Who submitted the child: must be the agent that works on the attempt. */
      agent: string;
      taskId: string;
      attempt: number;
      /** Attempts the child may need: `taskBudget(submission)`. */
      tasks: number;
      /** The attempt does not stay for it. */
      delegated?: boolean;
    }
  /** `attempts`: how many of the reserved ones it used. */
  | { kind: 'childEnded'; childId: string; state: EndState; cost: number; attempts: number; output?: unknown; errors?: Problem[] }
  | ControlInput
);

export interface Submission {
  /** As sent: `decide` validates it. */
  definition?: unknown;
  skill?: string;
  workflow?: string;
  version?: string;
  input?: unknown;
  priority?: Priority;
  timeout?: number;
  parent?: { flowId: string; taskId: string; attempt: number; delegated?: boolean };
  replays?: { flowId: string; taskId: string };
  resumes?: { flowId: string; n?: number };
}

/** What a task waits for that is no agent. `key`: `<source>~<type>` of an event, the name of a signal, resource or sync point. */
export type Awaited = { kind: 'time' } | { kind: 'event' | 'signal' | 'resource' | 'sync'; key: string };

/** What a task asks of the service that owns what is shared: a turn at a resource, or to be counted at a sync point. */
export type Share =
  | { kind: 'resource'; key: string; slots: number; priority: Priority }
  /** `timeout`: milliseconds. */
  | { kind: 'sync'; key: string; session: string; expect: number | string[]; timeout: number };

/** What a `notify` signal brings. */
export interface Note {
  name: string;
  data?: unknown;
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
      at: number;
      deadline: number;
      /** US dollars it may spend, where there is a limit: the definition's budget, or what the parent granted of it. */
      cost?: number;
      /** Attempts it may dispatch: the definition's budget, or what the parent granted of it. */
      tasks: number;
      /** A single task, not a workflow: what rejects the task rejects the flow. */
      single?: true;
      contextId?: string;
      userId?: string;
      traceparent?: string;
      parent?: { flowId: string; taskId: string; attempt: number; agent: string };
      /** The flow whose results it begins with, as it was after `n` transitions. */
      resumes?: { flowId: string; n: number };
      /** The dead letter that it tries again. */
      replays?: { flowId: string; taskId: string };
    }
  | { type: 'flowRejected'; flowId: string; tenant: string; owner: string; problems: Problem[] }
  /** The forEach list, as recorded: by reference where it is large. */
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
      /** US dollars that are set aside for it, until it tells what it cost. */
      promised?: number;
      /** Why this agent, where there were several. */
      because?: string;
    }
  | { type: 'taskWaiting'; stepId: string; taskId: string; reason: 'NO_AGENT' | 'FROZEN' | 'BUDGET'; skill: string; until: number }
  /** The task goes on as a sub-flow; `cost`: of the attempt so far, where an agent has planned it. */
  | {
      type: 'taskDelegated';
      stepId: string;
      taskId: string;
      attempt: number;
      childId: string;
      deadline: number;
      cost: number;
      recovers?: 'run' | 'decision';
    }
  | { type: 'taskAwaiting'; stepId: string; taskId: string; until: number; on: Awaited }
  /** It has its turn, and keeps it until it ends. */
  | { type: 'taskGranted'; taskId: string; resource: string }
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
  /** `attempt` is 0 where none was ever dispatched. */
  | { type: 'taskFailed'; stepId: string; taskId: string; attempt: number; fault: Fault }
  | { type: 'taskCanceled'; taskId: string; attempt: number; /** Of an attempt that was stopped at work. */ cost?: number }
  /** What came together, as the step's join asks: items of its list, or ids of the steps it needs. */
  | { type: 'stepJoined'; stepId: string; chosen: (number | string)[]; rest: Rest }
  /** It is not needed any more, or cannot be met (`fault`): what it has at work is stopped. */
  | { type: 'stepStopped'; stepId: string; reason: string; fault?: Fault }
  | { type: 'stepCanceled'; stepId: string; reason: string }
  /** The steps of the flow are others now. */
  | ({ type: 'definitionChanged'; by: string } & DefinitionChange)
  /** What the flow has done is being undone, by a flow of its own: these steps, in this order. `problems`: what cannot be. */
  | { type: 'rollbackBegun'; childId: string; steps: string[]; problems: Problem[]; due: number }
  | { type: 'rollbackEnded'; problems: Problem[] }
  /** The time of a box has begun; `over`: it was over before all its steps had ended. */
  | { type: 'boxOpened'; box: string; due: number }
  | { type: 'boxClosed'; box: string; over?: true }
  | { type: 'ruleJudged'; rule: string; holds: boolean; problems?: Problem[] }
  | { type: 'stepCompleted'; stepId: string }
  | { type: 'stepFailed'; stepId: string; fault: Fault }
  | { type: 'signalApplied'; id: string; signal: SignalName; by: string; sequence: number; reason?: string; note?: Note }
  | {
      type: 'signalIgnored';
      id: string;
      signal: SignalName;
      by: string;
      why: 'NOT_OWNER' | 'FLOW_UNKNOWN' | 'SUPERSEDED' | 'ENDED' | 'UNSUPPORTED' | 'NOT_READABLE' | 'TOO_MANY';
    }
  | {
      type: 'childReserved';
      childId: string;
      agent: string;
      taskId: string;
      attempt: number;
      tasks: number;
      /** US dollars it may spend, where there is a limit. */
      cost?: number;
      deadline: number;
      hop: number;
    }
  | { type: 'childRefused'; childId: string; code: 'PARENT_ENDED' | 'BUDGET_EXCEEDED' | 'HOP_LIMIT' }
  | { type: 'childEnded'; childId: string; state: EndState; cost: number; attempts: number }
  | { type: 'childCanceled'; childId: string }
  | { type: 'timerArmed'; n: number; at: number }
  /** The awaited timer came: nothing is armed now. */
  | { type: 'timerFired'; n: number; at: number }
  /** The end is decided; what runs is being aborted, over several transitions where it is much. Nothing else counts from here. */
  | { type: 'flowEnding'; state: EndState; errors: Problem[]; output?: unknown }
  | { type: 'flowEnded'; outcome: Outcome }
  | ControlEvent;

/** What is to be done about it. Each has a subject of its own, so doing it again after a crash changes nothing. */
export type Command =
  | ({
      type: 'dispatch';
      agent: string;
      priority: Priority;
      taskId: string;
      attempt: number;
      skill: string;
      input: unknown;
      deadline: number;
      kind?: 'handoff';
    } & Left)
  /** `grace`: milliseconds in which a result still counts. */
  | { type: 'abort'; agent: string; priority: Priority; taskId: string; attempt: number; reason: string; grace?: number }
  | { type: 'timer'; n: number; at: number }
  /** `after`: of an event, the sequence of EVENT from which it counts. */
  | { type: 'wait'; kind: 'skill' | 'event'; key: string; after?: number }
  | { type: 'unwait'; kind: 'skill' | 'event'; key: string }
  | { type: 'share'; taskId: string; stepId: string; share: Share }
  /** The task has ended: what it held or waited for is another's. */
  | { type: 'unshare'; taskId: string; resources: string[] }
  | { type: 'submitChild'; childId: string; submission: Submission & { parent: NonNullable<Submission['parent']> } }
  | {
      type: 'deadLetter';
      agent: string;
      taskId: string;
      attempt: number;
      skill: string;
      fault: Fault;
      input: unknown;
      stepId?: string;
      earlier?: Fault[];
      workState?: unknown;
    }
  | { type: 'cancelChild'; childId: string; owner: string }
  /** `output` and `errors`: where the parent waits for them. */
  | {
      type: 'notifyParent';
      parent: { flowId: string };
      childId: string;
      state: EndState;
      cost: number;
      attempts: number;
      output?: unknown;
      errors?: Problem[];
    }
  | { type: 'outcome'; outcome: Outcome }
  | ControlCommand;

/** One entry of a flow's log. */
export interface Transition {
  /** 1 for the first; no gap. */
  n: number;
  /** "Now": the newest input's broker time, never less than the last transition's. Milliseconds. */
  at: number;
  /** The inputs that are dealt with. An input of the decision that is missing here did not fit: decide again with it. */
  inputs: Origin[];
  events: FlowEvent[];
  commands: Command[];
  /** More commands are due than one transition may hold: decide again with no input. */
  more: boolean;
}

export type Decision = { /** Outcomes to publish to askers that own no flow here; the flow's log is not touched. */ answers?: Answer[] } & (
  | { kind: 'transition'; transition: Transition }
  /** The inputs change nothing: to be acknowledged on a state proven current only. */
  | { kind: 'nothing' }
  /**
   * The decision needs values that are stored by reference (`values`), or has made values too large to travel
   * (`store`), or must know how far EVENT is (`events`): load and store them, so that `facts` know them, and decide again.
   */
  | { kind: 'need'; values: BlobRef[]; store: StoreRequest[]; events: boolean }
);

/** To be published on the outcome subject of `owner` (first wins), each time the input comes. */
export interface Answer {
  owner: string;
  outcome: Outcome;
}

/** A value to be stored as a blob: UTF-8 JSON and its hash. */
export interface StoreRequest {
  sha256: string;
  json: string;
}
