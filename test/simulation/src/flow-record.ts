import type { FlowEvent, Transition } from '@waggle/flow';
import type { Outcome } from '@waggle/protocol';

export interface AttemptRecord {
  taskId: string;
  stepId: string;
  attempt: number;
  agent: string;
  deadline: number;
  /** When its dispatch was appended, and when its end was. */
  since: number;
  ended?: { at: number; how: 'completed' | 'failed' | 'timeout' | 'canceled' | 'handed'; final: boolean; retryable: boolean };
}

type Fail = (invariant: string, what: string) => void;

const ALLOWED_WHILE_ENDING = new Set<FlowEvent['type']>([
  'taskCanceled',
  'childCanceled',
  'flowEnded',
  'timerFired',
  'timerArmed',
  'stepSkipped',
]);

/**
 * What a flow's log says, read independently of the engine's own fold: a mistake there must not hide here. Every rule
 * names the invariant that it belongs to.
 */
export class FlowRecord {
  readonly transitions: Transition[] = [];
  readonly attempts = new Map<string, AttemptRecord>();
  readonly children = new Map<string, { tasks: number; state: 'open' | 'ended' | 'canceled' }>();
  readonly signals = new Map<string, 'applied' | 'ignored'>();
  readonly failures: { taskId: string; attempt: number; code: string; agent: string }[] = [];
  started?: Extract<FlowEvent, { type: 'flowStarted' }>;
  ending?: { at: number; state: string };
  ended?: { at: number; outcome: Outcome };
  dispatches = 0;
  private readonly latest = new Map<string, AttemptRecord>();
  private readonly origins = new Set<string>();
  private readonly expanded = new Map<string, number>();
  private readonly done = new Map<string, number>();

  constructor(
    readonly flowId: string,
    private readonly fail: Fail,
  ) {}

  /** `at`: when it was stored. */
  append(transition: Transition, at: number): void {
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
  }

  isApplied(stream: string, sequence: number): boolean {
    return this.origins.has(`${stream}:${sequence}`);
  }

  /** The newest attempt of a task. */
  latestOf(taskId: string): AttemptRecord | undefined {
    return this.latest.get(taskId);
  }

  get open(): AttemptRecord[] {
    return [...this.latest.values()].filter(({ ended }) => ended === undefined);
  }

  private apply(event: FlowEvent, at: number, { n, at: now }: Transition): void {
    if (this.ending && !ALLOWED_WHILE_ENDING.has(event.type)) this.fail('I5', `${event.type} in entry ${n}, after the end was decided`);
    switch (event.type) {
      case 'flowStarted':
        if (this.started || n !== 1) this.fail('I5', `the flow began again in entry ${n}`);
        this.started = event;
        return;
      case 'flowEnding':
        this.ending = { at, state: event.state };
        return;
      case 'flowEnded':
        for (const { taskId, attempt } of this.open)
          this.fail('I2', `${taskId}.${attempt} was at work when the flow ended, and nobody ended it`);
        this.ended = { at, outcome: event.outcome };
        return;
      case 'stepExpanded':
        this.expanded.set(event.stepId, event.count);
        return;
      case 'stepCompleted':
        this.stepCompleted(event.stepId);
        return;
      case 'taskDispatched':
        return this.dispatched(event, at);
      case 'taskCompleted':
        return this.end(event, { at, how: 'completed', final: true, retryable: false });
      case 'attemptFailed': {
        const { fault, retryAt } = event;
        const timeout = fault.code === 'TASK_TIMEOUT';
        const record = this.latest.get(event.taskId);
        if (timeout && record && now < record.deadline)
          this.fail('I5', `${event.taskId}.${event.attempt} timed out ${record.deadline - now} ms early`);
        if (record && retryAt === undefined)
          this.failures.push({ taskId: event.taskId, attempt: event.attempt, code: fault.code, agent: record.agent });
        return this.end(event, { at, how: timeout ? 'timeout' : 'failed', final: retryAt === undefined, retryable: fault.retryable });
      }
      case 'taskHandedOn':
        return this.end(event, { at, how: 'handed', final: false, retryable: false });
      case 'taskCanceled':
        return this.endOnce(event, { at, how: 'canceled', final: true, retryable: false });
      // of an offer that nobody took in time; one that was refused has ended already
      case 'handoffReturned':
        return this.endOnce(event, { at, how: 'canceled', final: false, retryable: false });
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
        this.children.set(event.childId, { tasks: event.tasks, state: 'open' });
        return;
      case 'childEnded':
      case 'childCanceled': {
        const child = this.children.get(event.childId);
        if (child) child.state = event.type === 'childEnded' ? 'ended' : 'canceled';
        return;
      }
      default:
        return;
    }
  }

  private endOnce({ taskId }: { taskId: string }, ended: NonNullable<AttemptRecord['ended']>): void {
    const record = this.latest.get(taskId);
    if (record && !record.ended) record.ended = ended;
  }

  private dispatched({ stepId, taskId, attempt, agent, deadline }: Extract<FlowEvent, { type: 'taskDispatched' }>, at: number): void {
    const before = this.latest.get(taskId);
    if (before && !before.ended)
      this.fail('I5', `${taskId}.${attempt} was dispatched while ${taskId}.${before.attempt} was at work: two owners`);
    if (attempt !== (before?.attempt ?? 0) + 1) this.fail('I5', `${taskId}.${attempt} follows ${taskId}.${before?.attempt ?? 0}`);
    const record: AttemptRecord = { stepId, taskId, attempt, agent, deadline, since: at };
    this.dispatches++;
    this.latest.set(taskId, record);
    this.attempts.set(`${taskId}.${attempt}`, record);
  }

  private end({ taskId, attempt }: { taskId: string; attempt: number }, ended: NonNullable<AttemptRecord['ended']>): void {
    const record = this.latest.get(taskId);
    if (!record || record.attempt !== attempt)
      return this.fail('I5', `an end of ${taskId}.${attempt} was accepted, which is not the one at work`);
    if (record.ended) return this.fail('I5', `a second end of ${taskId}.${attempt} was accepted`);
    record.ended = ended;
    if (ended.how === 'completed') this.done.set(record.stepId, (this.done.get(record.stepId) ?? 0) + 1);
  }

  private stepCompleted(stepId: string): void {
    const join = this.started?.definition.steps.find(({ id }) => id === stepId)?.join ?? 'all';
    // what is enough for others is theirs to say
    if (join !== 'all' && !('quorum' in join)) return;
    const wanted = join !== 'all' ? join.quorum : (this.expanded.get(stepId) ?? 1);
    const found = this.done.get(stepId) ?? 0;
    if (join === 'all' ? found !== wanted : found < wanted) this.fail('I5', `step ${stepId} was complete with ${found} of ${wanted} tasks`);
  }
}
