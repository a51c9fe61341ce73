import type {
  Artifact,
  ChildEnd,
  EscalationDecision,
  EscalationRequest,
  Fault,
  HandoffRequest,
  Priority,
  Problem,
  SignalName,
} from '@waggle/protocol';

/**
 * What steers a task or a flow from outside of its definition: handoffs, questions to people, child flows that are waited
 * for without a process, and what operators do. The rest of events, inputs and commands is in `types.ts`.
 */
export type ControlInput =
  /** An answer to a question. `operator`: its speaker may decide for flows of others. */
  | { kind: 'answer'; who: string; operator: boolean; id: string; answer: EscalationDecision | { problems: Problem[] } }
  /** The agent that was offered a task has started it; read by the shell when the offer would run out. */
  | { kind: 'accepted'; agent: string; taskId: string; attempt: number };

/** What was left for the next attempt of a task by those before it. */
export interface Left {
  workState?: unknown;
  handoff?: HandoffRequest;
  decision?: EscalationDecision;
  delegated?: ChildEnd[];
}

/** A question as it stands on ESCALATION. */
export type Ask = EscalationRequest & { id: string; flowId: string; taskId: string };

export type Unheard = 'NOT_ASKED' | 'NOT_ALLOWED' | 'NOT_READABLE' | 'UNKNOWN_OPTION';

export type ControlEvent =
  /** The attempt (0: the step itself) ended by a question; `until`: when nobody is waited for any more. */
  | { type: 'taskAsked'; stepId: string; taskId: string; attempt: number; ask: Ask; until: number; cost: number; workState?: unknown }
  /** `who`: whose key the answer was signed in with, whatever name it gives. */
  | { type: 'taskDecided'; taskId: string; how: 'answer' | 'default'; decision: EscalationDecision; who?: string }
  | { type: 'answerIgnored'; id: string; who: string; why: Unheard }
  /** The attempt ended by passing the task on. `mark`: what it had got to, for telling whether a later one got further. */
  | {
      type: 'taskHandedOn';
      taskId: string;
      attempt: number;
      handoff: HandoffRequest;
      skill: string;
      mark: string;
      cost: number;
      expires?: number;
    }
  /** The offer went out with the attempt just dispatched. */
  | { type: 'handoffOffered'; taskId: string; attempt: number; agent: string; expires?: number }
  | { type: 'handoffAccepted'; taskId: string; attempt: number; agent: string }
  /** Nobody took it: it goes to the `next` who offers the skill, or back to where it came from. */
  | { type: 'handoffReturned'; taskId: string; attempt: number; fault: Fault; next: boolean; cost: number }
  /** The attempt ended; the task goes on when these child flows have. */
  | { type: 'taskRelies'; taskId: string; attempt: number; flows: string[]; until: number; cost: number; workState?: unknown }
  /** Its next attempt may begin, as soon as the flow lets it. */
  | { type: 'taskReady'; taskId: string }
  | { type: 'attemptInterrupted'; taskId: string; attempt: number; cost?: number }
  | { type: 'flowPaused'; running: 'finish' | 'interrupt' }
  | { type: 'flowResumed' }
  /** Nothing begins any more; what runs has until then. */
  | { type: 'flowStopping'; until: number; by: string; reason?: string }
  | { type: 'attemptStopping'; taskId: string; attempt: number }
  /** A signal that contradicts what has happened. */
  | { type: 'signalRefused'; id: string; signal: SignalName; by: string; problems: Problem[] }
  | { type: 'taskReprioritised'; taskId: string; priority: Priority }
  /** What a flow before this one completed. */
  | { type: 'taskRestored'; stepId: string; taskId: string; output: unknown; from: string; item?: number; agent?: string }
  /** One that it had begun and not completed. */
  | { type: 'taskAgain'; stepId: string; taskId: string }
  | { type: 'flowRestored'; from: string; n: number; artifacts?: Artifact[] };

export type ControlCommand =
  /** Asks the question of this id, which the state holds as long as it is open. */
  | { type: 'ask'; id: string }
  /** `k`: of the question's ladder; 0 is told by the question itself. */
  | { type: 'rung'; id: string; k: number; at: number }
  /** No more rungs of it. */
  | { type: 'hush'; id: string };
