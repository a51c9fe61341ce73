import { emptyState, fold, type Transition } from '@waggle/flow';
import { skillKey, subjects, type AuditEntry, type Outcome, type TaskResult, type TaskStart } from '@waggle/protocol';
import type { Kept } from '@waggle/testkit';
import type { AttemptRecord, Endings } from './attempt-record.js';
import { SaidCheck } from './check-said.js';
import { checkUndone } from './check-undone.js';
import { HEARD_WITHIN, WaitCheck } from './check-waits.js';
import { FlowRecord } from './flow-record.js';
import { payloadOf } from './payload.js';
import { MOST_STARTS } from './sim-agent.js';
import { TENANT } from './sim-client.js';
import type { Simulation } from './simulation.js';
import type { Violation } from './violation.js';

/** A publish is tried so long; one that was lost on the way comes within so many milliseconds. */
const LONGEST_PUBLISH = 15_000;
const LATEST = 9_000;
/** Processes that one attempt may kill: it is started again so often, and no more. */
const VICTIMS = 4;

/** Reads what streams store, and nothing else, and says which invariants do not hold. */
export class Checker {
  readonly violations: Violation[] = [];
  readonly records = new Map<string, FlowRecord>();
  private readonly outcomes = new Map<string, Kept[]>();
  private readonly seen = new Set<string>();

  private readonly saying: SaidCheck;
  private readonly waiting: WaitCheck;

  constructor(private readonly simulation: Simulation) {
    const fail = (invariant: string, flowId: string, what: string): void => this.fail(invariant, flowId, what);
    this.saying = new SaidCheck(simulation, this.records, fail);
    this.waiting = new WaitCheck(simulation, fail);
    simulation.onWrong = fail;
    simulation.history.onStored = (stream, message) => this.stored(stream, message);
  }

  outcomeOf(owner: string, flowId: string): Outcome | undefined {
    const kept = this.outcomes.get(subjects.outcome(TENANT, owner, flowId))?.[0];
    return kept && payloadOf<Outcome>(kept);
  }

  /** Whether everything that was asked for has come to its end. */
  get settled(): boolean {
    const { flows } = this.simulation.plan;
    const ended = flows.every(({ owner, id }) => this.outcomes.has(subjects.outcome(TENANT, owner, id)));
    return ended && [...this.records.values()].every((record) => record.ended !== undefined);
  }

  private fail(invariant: string, flowId: string, what: string): void {
    // one mistake may show at every step: said once
    const text = `${invariant} ${flowId} ${what}`;
    if (this.seen.has(text)) return;
    this.seen.add(text);
    this.violations.push({ invariant, flowId, at: this.simulation.world.elapsed, what });
  }

  private recordOf(flowId: string): FlowRecord {
    const record = this.records.get(flowId) ?? new FlowRecord(flowId, (invariant, what) => this.fail(invariant, flowId, what));
    this.records.set(flowId, record);
    return record;
  }

  private stored(stream: string, message: Kept): void {
    const [, , kind, a, b, c, d, e] = message.subject.split('.');
    if (stream === 'FLOW' && kind === 'flow') return this.appended(a!, message);
    if (stream === 'FLOW' && kind === 'outcome') return this.ended(b!, message);
    if (stream === 'RESULT' && this.simulation.history.of(message.subject).length > 1)
      this.fail('I5', b!, `a second result of ${c}.${d} was stored`);
    if (stream === 'TASK') this.dispatched({ agent: a!, flowId: c!, taskId: d!, attempt: Number(e) });
  }

  private appended(flowId: string, message: Kept): void {
    const record = this.recordOf(flowId);
    const transition = payloadOf<Transition>(message);
    this.compared(record, record.append(transition, this.simulation.world.now()));
    this.budgets(record);
    for (const event of transition.events) if (event.type === 'taskFailed' && event.fault.code === 'NO_AGENT') this.forsaken(record, event);
    if (transition.n === 1) this.born(record);
  }

  /** Whoever waits for an agent hears of one that comes. */
  private forsaken({ flowId, started }: FlowRecord, { stepId, taskId }: { stepId: string; taskId: string }): void {
    const skill = started?.definition.steps.find(({ id }) => id === stepId)?.skill;
    if (skill === undefined) return;
    const [offered] = this.simulation.history.of(subjects.kvKey('DIRECTORY', `skill.${skillKey(skill)}`));
    const since = this.simulation.world.now() - (offered?.time ?? Infinity);
    if (since > HEARD_WITHIN)
      this.fail('I2', flowId, `${taskId} was given up for want of an agent, and there was one for ${Math.round(since)} ms`);
  }

  private compared(record: FlowRecord, { attempts, questions, waits }: Endings): void {
    const { flowId, started } = record;
    for (const attempt of attempts) if (attempt.childId === undefined) this.attemptEnded(record, attempt);
    for (const question of questions) this.waiting.questionEnded(flowId, started!.owner, question);
    for (const wait of waits) this.waiting.waitEnded(flowId, started!.owner, wait);
  }

  /** A child has no more than its parent set aside for it, and of a task there is one. */
  private born({ flowId, started }: FlowRecord): void {
    if (!started?.parent) return;
    const parent = this.records.get(started.parent.flowId);
    const child = parent?.children.get(flowId);
    if (!child) return this.fail('I10', flowId, `a child began that ${started.parent.flowId} has reserved nothing for`);
    if (parent?.undo.childId === flowId) return;
    if (started.tasks > child.tasks || started.deadline > child.deadline)
      this.fail('I10', flowId, `a child began with a budget of ${started.tasks}, and ${child.tasks} is set aside for it`);
    if (started.owner === 'coordinator' && !parent?.delegations.has(flowId))
      this.fail('I5', flowId, `it began, and ${started.parent.taskId} of ${started.parent.flowId} is another flow`);
  }

  /** What ended an attempt must be what is stored of it. */
  private attemptEnded({ flowId }: FlowRecord, record: AttemptRecord): void {
    const { taskId, attempt, agent, deadline, ended } = record;
    const [result] = this.simulation.history.of(subjects.result(TENANT, agent, flowId, taskId, attempt));
    const { how } = ended!;
    if (how === 'canceled') return;
    if (how === 'lapsed') return this.offerEnded(flowId, record);
    if (how === 'timeout') {
      if (result && result.time < deadline)
        this.fail(
          'I1',
          flowId,
          `${taskId}.${attempt} timed out although its result was stored ${deadline - result.time} ms before its time was up`,
        );
      return;
    }
    if (!result) return this.fail('I5', flowId, `${taskId}.${attempt} has ended (${how}), and no result of it is stored`);
    const { kind, error } = payloadOf<TaskResult>(result);
    if (error?.code === 'POISON') this.poisoned(flowId, record);
    const suits = { completed: 'completed', handoff: 'handed', escalate: 'asked', rejected: 'refused' } as Partial<Record<string, string>>;
    const mayFail = kind !== 'completed' && how === 'failed';
    if (!mayFail && suits[kind] !== how) this.fail('I5', flowId, `${taskId}.${attempt} is ${how}, its stored result says ${kind}`);
  }

  /** What is given up as poison has been begun so often. */
  private poisoned(flowId: string, { taskId, attempt, agent }: AttemptRecord): void {
    const last = this.simulation.history.of(subjects.start(TENANT, agent, flowId, taskId, attempt)).at(-1);
    const { starts } = last ? payloadOf<TaskStart>(last) : { starts: 0 };
    if (starts < MOST_STARTS) this.fail('I5', flowId, `${taskId}.${attempt} is given up as poison, and was begun again ${starts} times`);
  }

  /** An offer that was taken does not run out. */
  private offerEnded(flowId: string, { taskId, attempt, agent, expires }: AttemptRecord): void {
    const [start] = this.simulation.history.of(subjects.start(TENANT, agent, flowId, taskId, attempt));
    if (start && expires !== undefined && start.time < expires)
      this.fail('I1', flowId, `the offer of ${taskId}.${attempt} ran out, and ${agent} had taken it ${expires - start.time} ms before`);
  }

  private spentBy(record: FlowRecord): number {
    const { children, undo, dispatches } = record;
    const below = [...children.keys()].filter((id) => id !== undo.childId).map((id) => this.records.get(id));
    return below.reduce((sum, child) => sum + (child ? this.spentBy(child) : 0), dispatches);
  }

  private budgets(record: FlowRecord): void {
    const { started } = record;
    if (!started) return;
    const spent = this.spentBy(record);
    if (spent > started.tasks) this.fail('I10', record.flowId, `${spent} attempts of a budget of ${started.tasks}`);
    const parent = started.parent && this.records.get(started.parent.flowId);
    if (parent && parent.undo.childId !== record.flowId) this.budgets(parent);
  }

  private dispatched({ agent, flowId, taskId, attempt }: { agent: string; flowId: string; taskId: string; attempt: number }): void {
    const record = this.records.get(flowId)?.attempts.get(`${taskId}.${attempt}`);
    if (!record || record.agent !== agent)
      return this.fail('I5', flowId, `${taskId}.${attempt} was given to ${agent}, and the log does not say so`);
    const { world, sender } = this.simulation;
    const late = world.now() - (record.ended?.at ?? Infinity);
    const excused = (sender?.disturbedUntil ?? 0) > world.now() - LONGEST_PUBLISH;
    if (late > LATEST && !excused)
      this.fail('I5', flowId, `${taskId}.${attempt} was given to ${agent} ${Math.round(late)} ms after its end`);
  }

  private ended(flowId: string, message: Kept): void {
    const before = this.outcomes.get(message.subject) ?? [];
    this.outcomes.set(message.subject, [...before, message]);
    if (before.length > 0) return this.fail('I5', flowId, 'a second outcome was stored');
    const outcome = payloadOf<Outcome>(message);
    if (outcome.errors?.some(({ code }) => code === 'FLOW_ID_TAKEN')) return;
    const record = this.records.get(flowId);
    if (!record?.ended) return this.fail('I5', flowId, 'an outcome was stored before the log has an end');
    if (JSON.stringify(record.ended.outcome) !== JSON.stringify(outcome)) this.fail('I8', flowId, 'the outcome is not what the log says');
    this.saying.beforeOutcome(record, 'the outcome came before');
  }

  /** Everything that can be said at the end only. */
  finish(): void {
    for (const promise of this.simulation.promises) this.kept(promise);
    for (const record of this.records.values()) {
      this.folds(record);
      this.saying.atTheEnd(record);
      checkUndone(this.simulation, record, (invariant, flowId, what) => this.fail(invariant, flowId, what));
      if (record.ended) this.saying.beforeOutcome(record, 'nobody ever said');
      if (record.ended && !this.outcomes.has(subjects.outcome(TENANT, record.started?.owner ?? this.rejectedOwner(record), record.flowId)))
        this.fail('I9', record.flowId, 'it has ended, and its owner never heard');
      if (!record.ended)
        this.fail(
          'I9',
          record.flowId,
          `it never ended; at work: ${[...record.open.map(({ taskId, attempt }) => `${taskId}.${attempt}`), ...record.waits.open].join(', ')}`,
        );
    }
    for (const [key, count] of this.simulation.victims)
      if (count > VICTIMS) this.fail('I9', key.split('/')[0]!, `${key} has killed ${count} processes, and is not given up`);
    const left = this.simulation.broker.streams.get('INPUT')!.read('>');
    if (left.length > 0) this.fail('I9', '-', `${left.length} inputs are left: ${left[0]!.subject}`);
    for (const [key] of this.simulation.effects) {
      const [flowId, taskId] = key.split('/') as [string, string];
      if (!this.records.get(flowId)?.latestOf(taskId)) this.fail('I6', flowId, `${taskId} had an effect and is not in the log`);
    }
  }

  private rejectedOwner({ transitions }: FlowRecord): string {
    const rejected = transitions[0]?.events.find((event) => event.type === 'flowRejected');
    return rejected?.type === 'flowRejected' ? rejected.owner : '';
  }

  private kept({ kind, owner, flowId, id }: { kind: string; owner: string; flowId: string; id: string }): void {
    const record = this.records.get(flowId);
    if (kind === 'submit') {
      if (!record) this.fail('I1', flowId, 'its submission was acknowledged, and no log has begun');
      if (!this.outcomes.has(subjects.outcome(TENANT, owner, flowId))) this.fail('I9', flowId, `${owner} never heard how it ended`);
      return;
    }
    // how a question was decided is compared with its answers
    if (kind === 'answer') return;
    if (!record || record.signals.has(id) || this.audited(owner, flowId)) return;
    const [signal] = this.simulation.history.of(subjects.signal(TENANT, owner, flowId, id));
    const since = (signal?.time ?? 0) + HEARD_WITHIN;
    if (record.ending && record.ending.at > since)
      this.fail('I1', flowId, `the signal ${id} of ${owner} was acknowledged and came to nothing`);
  }

  /** Whether a signal came before its flow, and was written down instead. */
  private audited(actor: string, object: string): boolean {
    const entries = this.simulation.history.of(subjects.audit(TENANT, 'coordinator', 'signal')).map((kept) => payloadOf<AuditEntry>(kept));
    return entries.some((entry) => entry.actor === actor && entry.object === object);
  }

  /** Folding the log twice gives the same state. */
  private folds({ flowId, transitions }: FlowRecord): void {
    const folded = (): string => {
      const { flow: _compiled, ...state } = transitions.reduce(fold, emptyState());
      return JSON.stringify(state, (_key, value: unknown) =>
        value instanceof Map ? [...value] : value instanceof Set ? [...value] : value,
      );
    };
    try {
      if (folded() !== folded()) this.fail('I4', flowId, 'folding the log twice gives two states');
    } catch (error) {
      this.fail('I4', flowId, `the log cannot be folded: ${String(error)}`);
    }
  }
}
