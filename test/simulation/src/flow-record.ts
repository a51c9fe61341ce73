import type { FlowEvent, Transition } from '@waggle/flow';
import type { Outcome } from '@waggle/protocol';
import type { AttemptRecord, ChildRecord, Ended, Endings } from './attempt-record.js';
import { StepRecord } from './step-record.js';
import { UndoRecord } from './undo-record.js';
import { WaitRecord } from './wait-record.js';

type Fail = (invariant: string, what: string) => void;

const ALLOWED_WHILE_ENDING = new Set<FlowEvent['type']>([
  'taskCanceled',
  'childCanceled',
  'flowEnded',
  'timerFired',
  'timerArmed',
  'stepSkipped',
  'rollbackBegun',
  'rollbackEnded',
]);

/**
 * What a flow's log says, read independently of the engine's own fold: a mistake there must not hide here. Every rule
 * names the invariant that it belongs to.
 */
export class FlowRecord {
  readonly transitions: Transition[] = [];
  readonly attempts = new Map<string, AttemptRecord>();
  /** Attempts that are flows, by their flows. */
  readonly delegations = new Map<string, AttemptRecord>();
  readonly children = new Map<string, ChildRecord>();
  readonly waits: WaitRecord;
  readonly undo: UndoRecord;
  readonly signals = new Map<string, 'applied' | 'ignored'>();
  readonly failures: { taskId: string; attempt: number; code: string; agent: string }[] = [];
  started?: Extract<FlowEvent, { type: 'flowStarted' }>;
  ending?: { at: number; state: string };
  ended?: { at: number; outcome: Outcome };
  dispatches = 0;
  private readonly latest = new Map<string, AttemptRecord>();
  private readonly origins = new Set<string>();
  private readonly steps: StepRecord;
  private endings: Endings = { attempts: [], questions: [], waits: [] };

  constructor(
    readonly flowId: string,
    private readonly fail: Fail,
  ) {
    this.steps = new StepRecord(fail);
    this.waits = new WaitRecord(fail);
    this.undo = new UndoRecord(fail);
  }

  /** `at`: when it was stored. */
  append(transition: Transition, at: number): Endings {
    this.endings = { attempts: [], questions: [], waits: [] };
    const { n } = transition;
    if (n !== this.transitions.length + 1) this.fail('I4', `entry ${n} follows entry ${this.transitions.length}`);
    if (this.ended) this.fail('I5', `entry ${n} follows the end of the flow`);
    if (transition.at < (this.transitions.at(-1)?.at ?? 0)) this.fail('I4', `entry ${n} is older than the one before it`);
    this.transitions.push(transition);
    // what came twice before one decision is dealt with by that one
    for (const origin of new Set(transition.inputs.map(({ stream, sequence }) => `${stream}:${sequence}`))) {
      if (this.origins.has(origin)) this.fail('I4', `the input ${origin} was applied twice`);
      this.origins.add(origin);
    }
    for (const event of transition.events) this.apply(event, at, transition);
    return this.endings;
  }

  /** The newest attempt of a task. */
  latestOf(taskId: string): AttemptRecord | undefined {
    return this.latest.get(taskId);
  }

  get open(): AttemptRecord[] {
    return [...this.latest.values()].filter(({ ended }) => ended === undefined);
  }

  private apply(event: FlowEvent, at: number, { n, at: now }: Transition): void {
    if (this.ending && !ALLOWED_WHILE_ENDING.has(event.type) && !this.isOfRollback(event))
      this.fail('I5', `${event.type} in entry ${n}, after the end was decided`);
    switch (event.type) {
      case 'flowStarted':
        if (this.started || n !== 1) this.fail('I5', `the flow began again in entry ${n}`);
        this.started = event;
        this.steps.definition = this.undo.definition = event.definition;
        return;
      case 'flowEnding':
        this.ending = { at, state: event.state };
        return;
      case 'flowEnded':
        for (const { taskId, attempt } of this.open)
          this.fail('I2', `${taskId}.${attempt} was at work when the flow ended, and nobody ended it`);
        for (const taskId of this.waits.open) this.fail('I2', `${taskId} waited when the flow ended, and nobody ended it`);
        this.undo.flowEnded(this.ending?.state);
        this.ended = { at, outcome: event.outcome };
        return;
      case 'stepExpanded':
        return this.steps.expand(event.stepId, event.count);
      case 'stepCompleted':
        return this.steps.stepCompleted(event.stepId);
      case 'taskDispatched':
        return this.begun({ ...event, since: at });
      case 'taskDelegated': {
        if (this.delegations.has(event.childId)) this.fail('I5', `${event.taskId} is twice the flow ${event.childId}`);
        return this.begun({ ...event, agent: 'coordinator', since: at, decides: event.recovers === 'decision' });
      }
      case 'handoffOffered': {
        const record = this.latest.get(event.taskId);
        if (record && event.expires !== undefined) record.expires = event.expires;
        return;
      }
      case 'taskAwaiting':
        return this.waits.awaiting(event, at);
      case 'taskAsked':
        if (event.attempt > 0) this.end(event, { at, how: 'asked', final: false, retryable: false });
        return this.waits.asked(event, at);
      case 'taskDecided': {
        const question = this.waits.decided(event, at);
        if (question) this.endings.questions.push(question);
        return;
      }
      case 'taskCompleted':
        return this.completed(event, at, n);
      case 'taskFailed': {
        const { question, waiting } = this.waits.gone(event.taskId, true, { at, n });
        if (question) this.endings.questions.push(question);
        if (waiting) this.endings.waits.push(waiting);
        // people have said that it has failed, or nobody has said anything
        if (this.latest.get(event.taskId)?.decides) this.endOnce(event, { at, how: 'failed', final: true, retryable: false });
        return;
      }
      case 'attemptFailed': {
        const { fault, retryAt } = event;
        const record = this.latest.get(event.taskId);
        // of a flow that has ended it is what that has failed by
        const own = record?.decides !== true && this.children.get(record?.childId ?? '')?.end === undefined;
        const timeout = fault.code === 'TASK_TIMEOUT' && own;
        if (timeout && record && now < record.deadline)
          this.fail('I5', `${event.taskId}.${event.attempt} timed out ${record.deadline - now} ms early`);
        if (record && retryAt === undefined && record.childId === undefined)
          this.failures.push({ taskId: event.taskId, attempt: event.attempt, code: fault.code, agent: record.agent });
        return this.end(event, { at, how: timeout ? 'timeout' : 'failed', final: retryAt === undefined, retryable: fault.retryable });
      }
      case 'taskHandedOn':
        return this.end(event, { at, how: 'handed', final: false, retryable: false });
      case 'taskCanceled':
        this.waits.gone(event.taskId, false, { at, n });
        return this.endOnce(event, { at, how: 'canceled', final: true, retryable: false });
      case 'handoffReturned': {
        const how = event.fault.code === 'HANDOFF_REFUSED' ? 'lapsed' : 'refused';
        return this.endOnce(event, { at, how, final: false, retryable: false });
      }
      case 'signalApplied':
        this.signals.set(event.id, 'applied');
        if (this.started && event.by !== this.started.owner && event.by !== 'coordinator')
          this.fail('I5', `${event.by}, a stranger, was obeyed`);
        return;
      case 'signalIgnored':
        this.signals.set(event.id, 'ignored');
        return;
      case 'childReserved':
        if (this.children.has(event.childId)) this.fail('I10', `budget for ${event.childId} was reserved twice`);
        this.children.set(event.childId, { taskId: event.taskId, tasks: event.tasks, deadline: event.deadline, state: 'open' });
        return;
      case 'childEnded':
      case 'childCanceled': {
        const child = this.children.get(event.childId);
        if (!child) return;
        child.state = event.type === 'childEnded' ? 'ended' : 'canceled';
        if (event.type === 'childEnded') child.end = event.state;
        return;
      }
      case 'rollbackBegun':
        return this.undo.begun(event, this.ending?.state);
      case 'rollbackEnded':
        this.undo.ended = true;
        return;
      default:
        return;
    }
  }

  /** What is taken back begins when the end has been decided. */
  private isOfRollback(event: FlowEvent): boolean {
    return (event.type === 'childReserved' || event.type === 'childEnded') && event.childId === this.undo.childId;
  }

  private completed(event: Extract<FlowEvent, { type: 'taskCompleted' }>, at: number, n: number): void {
    const waiting = this.waits.completed(event, { at, n });
    if (waiting) this.endings.waits.push(waiting);
    const record = this.latest.get(event.taskId);
    // what people were asked is decided in the event before
    const stepId = waiting?.stepId ?? record?.stepId ?? event.taskId;
    if (!waiting && event.attempt > 0) this.end(event, { at, how: 'completed', final: true, retryable: false });
    this.steps.completed(stepId);
    this.undo.completed(stepId, event.taskId);
    const child = record?.childId === undefined ? undefined : this.children.get(record.childId);
    if (record?.childId !== undefined && child?.end !== 'COMPLETED')
      this.fail('I5', `${event.taskId} is complete, and its flow ${child?.end ?? 'has not ended'}`);
  }

  private endOnce({ taskId }: { taskId: string }, ended: Ended): void {
    const record = this.latest.get(taskId);
    if (record && !record.ended) this.close(record, ended);
  }

  private begun(begun: Omit<AttemptRecord, 'ended'>): void {
    const { stepId, taskId, attempt, agent, deadline, since, childId, decides } = begun;
    const before = this.latest.get(taskId);
    if (before && !before.ended)
      this.fail('I5', `${taskId}.${attempt} was dispatched while ${taskId}.${before.attempt} was at work: two owners`);
    if (this.waits.has(taskId) && childId === undefined) this.fail('I5', `${taskId}.${attempt} was dispatched while it waited for people`);
    if (attempt !== (before?.attempt ?? 0) + 1) this.fail('I5', `${taskId}.${attempt} follows ${taskId}.${before?.attempt ?? 0}`);
    if (attempt === 1) this.steps.begun(stepId, taskId);
    const record: AttemptRecord = { stepId, taskId, attempt, agent, deadline, since, ...(decides ? { decides } : {}) };
    this.latest.set(taskId, record);
    if (childId === undefined) {
      this.dispatches++;
      this.attempts.set(`${taskId}.${attempt}`, record);
    } else {
      record.childId = childId;
      this.delegations.set(childId, record);
    }
  }

  private end({ taskId, attempt }: { taskId: string; attempt: number }, ended: Ended): void {
    const record = this.latest.get(taskId);
    if (!record || record.attempt !== attempt)
      return this.fail('I5', `an end of ${taskId}.${attempt} was accepted, which is not the one at work`);
    if (record.ended) return this.fail('I5', `a second end of ${taskId}.${attempt} was accepted`);
    this.close(record, ended);
  }

  private close(record: AttemptRecord, ended: Ended): void {
    record.ended = ended;
    this.endings.attempts.push(record);
  }
}
