import { createHash } from 'node:crypto';
import type { Ask, Command, Transition } from '@waggle/flow';
import {
  isoTime,
  MESSAGE_TYPES,
  SHARED,
  type AgentMessage,
  type DeadLetter,
  type EscalationRequest,
  type FlowShare,
  type FlowStatus,
  type Outcome,
  type Priority,
  type Signal,
  type TaskAbort,
  type TaskDispatch,
  type TimerDue,
  type WaitEntry,
} from '@waggle/protocol';
import type { FlowKey } from './flow-key.js';

const ME = 'coordinator';

/** What a flow says of itself in every message about it. */
export interface About {
  owner: string;
  priority: Priority;
  hop: number;
  /** The message that asked for it. */
  messageId: string;
  contextId?: string;
  userId?: string;
  traceparent?: string;
  /** Its name and version. */
  workflow?: string;
}

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/**
 * Messages of a flow. Each is made of recorded facts alone: made again after a crash it has the very same bytes, which
 * is how the broker and the reader know that it is the same fact.
 */
export const transitionMessage = (key: FlowKey, transition: Transition): AgentMessage<Transition> => ({
  id: `${key.flowId}.${transition.n}`,
  type: MESSAGE_TYPES.transition,
  tenant: key.tenant,
  from: ME,
  intent: 'notify',
  priority: 'normal',
  correlationId: key.flowId,
  createdAt: isoTime(transition.at),
  hop: 0,
  payload: transition,
});

/** What one transition of a flow says to others. */
export class FlowMessages {
  private readonly createdAt: string;

  constructor(
    private readonly key: FlowKey,
    private readonly about: About,
    private readonly n: number,
    at: number,
  ) {
    this.createdAt = isoTime(at);
  }

  task(command: CommandOf<'dispatch'>): AgentMessage<TaskDispatch> {
    const { taskId, attempt, skill, input, deadline, kind, workState, handoff, decision, delegated } = command;
    const payload: TaskDispatch = {
      flowId: this.key.flowId,
      taskId,
      attempt,
      skill,
      ...(input !== undefined && { input }),
      deadline: isoTime(deadline),
      owner: this.about.owner,
      ...(workState !== undefined && { workState }),
      ...(kind && { kind }),
      ...(handoff && { handoff }),
      ...(decision && { decision }),
      ...(delegated && { delegated }),
    };
    return {
      ...this.envelope(MESSAGE_TYPES.task, `${taskId}.${attempt}`),
      intent: 'request',
      to: command.agent,
      priority: command.priority,
      payload,
    };
  }

  abort(command: CommandOf<'abort'>): AgentMessage<TaskAbort> {
    const { agent, taskId, attempt, reason, grace } = command;
    const payload = { reason, ...(grace !== undefined && { grace }) };
    return { ...this.envelope(MESSAGE_TYPES.abort, `abort.${taskId}.${attempt}`), intent: 'command', to: agent, payload };
  }

  timer(command: CommandOf<'timer'>): AgentMessage<TimerDue> {
    const payload: TimerDue = { flowId: this.key.flowId, n: command.n, at: isoTime(command.at) };
    return { ...this.envelope(MESSAGE_TYPES.timer, 'timer'), payload };
  }

  share(command: CommandOf<'share' | 'unshare'>): AgentMessage<WaitEntry> {
    const { taskId } = command;
    const data: FlowShare =
      command.type === 'share'
        ? { ...command.share, owner: this.about.owner, step: command.stepId }
        : { kind: 'release', resources: command.resources };
    const payload: WaitEntry = { kind: SHARED, key: taskId, flowId: this.key.flowId, data };
    return { ...this.envelope(MESSAGE_TYPES.wait, `shared.${taskId}.${command.type}`), payload };
  }

  wait(command: CommandOf<'wait'>): AgentMessage<WaitEntry & { n: number }> {
    const payload = { kind: command.kind, key: command.key, flowId: this.key.flowId, n: this.n };
    return { ...this.envelope(MESSAGE_TYPES.wait, `wait.${command.key}`), payload };
  }

  deadLetter(command: CommandOf<'deadLetter'>): AgentMessage<DeadLetter> {
    const { taskId, attempt, skill, input, fault, agent, stepId, workState, earlier } = command;
    const { workflow } = this.about;
    const payload: DeadLetter = {
      flowId: this.key.flowId,
      taskId,
      attempt,
      skill,
      owner: this.about.owner,
      ...(input !== undefined && { input }),
      error: fault,
      agent,
      ...(stepId !== undefined && { step: stepId }),
      ...(workflow !== undefined && { workflow }),
      ...(workState !== undefined && { workState }),
      ...(earlier && { earlier }),
    };
    return { ...this.envelope(MESSAGE_TYPES.deadLetter, `dead.${taskId}`), payload };
  }

  /** A question, as rung `k` of its ladder is told it. */
  ask(ask: Ask, k: number): AgentMessage<EscalationRequest> {
    const payload: EscalationRequest = { ...ask, rung: k };
    return { ...this.envelope(MESSAGE_TYPES.escalation, `${ask.id}.${k}`), intent: 'escalate', payload };
  }

  signal(name: Signal['signal'], about: { flowId: string; reason: string; data?: Record<string, unknown> }): AgentMessage<Signal> {
    const payload: Signal = { signal: name, reason: about.reason, ...(about.data && { data: about.data }) };
    return { ...this.envelope(MESSAGE_TYPES.signal, `${name}.${about.flowId}`), intent: 'command', correlationId: about.flowId, payload };
  }

  outcome(outcome: Outcome): AgentMessage<Outcome> {
    return { ...this.envelope(MESSAGE_TYPES.outcome, 'outcome'), intent: 'response', to: this.about.owner, payload: outcome };
  }

  status(status: FlowStatus): AgentMessage<FlowStatus> {
    return { ...this.envelope(MESSAGE_TYPES.status, 'status'), to: this.about.owner, payload: status };
  }

  /** The sub-flow of a task, asked for by the coordinator itself. */
  submit({ childId, submission }: CommandOf<'submitChild'>): AgentMessage {
    const head = this.envelope(MESSAGE_TYPES.submit, `submit.${childId}`);
    return { ...head, intent: 'request', correlationId: childId, payload: submission };
  }

  /** `traceparent`, where the flow was asked for with one. */
  get headers(): Record<string, string> | undefined {
    return this.about.traceparent === undefined ? undefined : { traceparent: this.about.traceparent };
  }

  private envelope(type: string, what: string): Omit<AgentMessage, 'payload'> {
    const { priority, hop, messageId, contextId, userId } = this.about;
    return {
      id: idOf(`${this.key.flowId}.${this.n}.${what}`),
      type,
      tenant: this.key.tenant,
      from: ME,
      intent: 'notify',
      priority,
      correlationId: this.key.flowId,
      causationId: messageId,
      ...(contextId !== undefined && { contextId }),
      ...(userId !== undefined && { userId }),
      createdAt: this.createdAt,
      hop,
    };
  }
}

const ID_LIMIT = 128;

const idOf = (text: string): string => (text.length <= ID_LIMIT ? text : createHash('sha256').update(text).digest('hex'));

/** The answer to somebody who asked for something that no flow here is theirs for. */
export const answerMessage = (key: FlowKey, owner: string, outcome: Outcome): AgentMessage<Outcome> => ({
  id: idOf(`${key.flowId}.${owner}.refused`),
  type: MESSAGE_TYPES.outcome,
  tenant: key.tenant,
  from: ME,
  to: owner,
  intent: 'response',
  priority: 'normal',
  correlationId: key.flowId,
  createdAt: outcome.endedAt,
  hop: 0,
  payload: outcome,
});
