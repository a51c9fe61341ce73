import { emptyState, fold, type Transition } from '@waggle/flow';
import { subjects, type AgentMessage, type AuditEntry, type Outcome, type TaskResult } from '@waggle/protocol';
import type { Kept } from '@waggle/testkit';
import { createHash } from 'node:crypto';
import { FlowRecord, type AttemptRecord } from './flow-record.js';
import { TENANT } from './sim-client.js';
import type { Simulation } from './simulation.js';
import type { Violation } from './violation.js';

/** After faults, what a transition implies is said within so many milliseconds: takeover, redelivery, and a pause or two. */
const SAID_WITHIN = 20_000;
/** A signal is heard within so many milliseconds, whatever happens meanwhile. */
const HEARD_WITHIN = 14_000;
const LONGEST_FAULT = 4_000;
/** No chain of faults may keep a dispatch back for so many milliseconds. */
const PATIENT = 15_000;
/** A publish is tried so long; one that was lost on the way comes within so many milliseconds. */
const LONGEST_PUBLISH = 15_000;
const LATEST = 9_000;

const bodyOf = <T>({ body }: Kept): T => (JSON.parse(Buffer.from(body).toString('utf8')) as AgentMessage<T>).payload;

/** Reads what streams store, and nothing else, and says which invariants do not hold. */
export class Checker {
  readonly violations: Violation[] = [];
  readonly records = new Map<string, FlowRecord>();
  private readonly outcomes = new Map<string, Kept[]>();
  private readonly seen = new Set<string>();

  constructor(private readonly simulation: Simulation) {
    simulation.history.onStored = (stream, message) => this.stored(stream, message);
  }

  outcomeOf(owner: string, flowId: string): Outcome | undefined {
    const kept = this.outcomes.get(subjects.outcome(TENANT, owner, flowId))?.[0];
    return kept && bodyOf<Outcome>(kept);
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
    if (stream === 'FLOW' && kind === 'outcome') return this.ended(a!, b!, message);
    if (stream === 'TASK') this.dispatched({ agent: a!, flowId: c!, taskId: d!, attempt: Number(e) });
  }

  private appended(flowId: string, message: Kept): void {
    const record = this.recordOf(flowId);
    const transition = bodyOf<Transition>(message);
    const ended = new Map([...record.attempts].map(([key, { ended }]) => [key, ended]));
    record.append(transition, this.simulation.world.now());
    for (const [key, attempt] of record.attempts) if (attempt.ended && !ended.get(key)) this.attemptEnded(record, attempt);
    this.budgets(record);
    const parent = record.started?.parent;
    if (transition.n === 1 && parent && !this.records.get(parent.flowId)?.children.has(flowId))
      this.fail('I10', flowId, `a child began that ${parent.flowId} has reserved nothing for`);
  }

  /** What ended an attempt must be what is stored of it. */
  private attemptEnded({ flowId }: FlowRecord, { taskId, attempt, agent, deadline, ended }: AttemptRecord): void {
    const [result] = this.simulation.history.of(subjects.result(TENANT, agent, flowId, taskId, attempt));
    const { how } = ended!;
    if (how === 'canceled') return;
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
    const { kind } = bodyOf<TaskResult>(result);
    if ((kind === 'completed') !== (how === 'completed') || (kind === 'handoff' && how !== 'handed' && how !== 'failed'))
      this.fail('I5', flowId, `${taskId}.${attempt} is ${how}, its stored result says ${kind}`);
  }

  private budgets(record: FlowRecord): void {
    const { started } = record;
    if (!started) return;
    let spent = record.dispatches;
    for (const childId of record.children.keys()) spent += this.records.get(childId)?.dispatches ?? 0;
    if (spent > started.tasks) this.fail('I10', record.flowId, `${spent} attempts of a budget of ${started.tasks}`);
    const parent = started.parent && this.records.get(started.parent.flowId);
    if (parent) this.budgets(parent);
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

  private ended(owner: string, flowId: string, message: Kept): void {
    const before = this.outcomes.get(message.subject) ?? [];
    this.outcomes.set(message.subject, [...before, message]);
    if (before.length > 0) return this.fail('I5', flowId, 'a second outcome was stored');
    const outcome = bodyOf<Outcome>(message);
    if (outcome.errors?.some(({ code }) => code === 'FLOW_ID_TAKEN')) return;
    const record = this.records.get(flowId);
    if (!record?.ended) return this.fail('I5', flowId, 'an outcome was stored before the log has an end');
    if (JSON.stringify(record.ended.outcome) !== JSON.stringify(outcome)) this.fail('I8', flowId, 'the outcome is not what the log says');
    this.said(record, 'the outcome came before');
    void owner;
  }

  /** Everything that the log asks to be said besides the outcome, and that was not. */
  private said(record: FlowRecord, prefix: string): void {
    const { flowId } = record;
    const { history } = this.simulation;
    for (const { taskId, attempt, agent, ended } of record.attempts.values()) {
      if (ended?.how !== 'timeout' && ended?.how !== 'canceled') continue;
      if (history.of(subjects.abort(TENANT, agent, flowId, taskId, attempt)).length === 0)
        this.fail('I2', flowId, `${prefix} the word to stop ${taskId}.${attempt}`);
    }
    for (const { taskId, code, agent } of record.failures) {
      const attempt = record.latestOf(taskId);
      if (!attempt?.ended?.final || (!attempt.ended.retryable && code !== 'POISON')) continue;
      if (history.of(subjects.dlq(TENANT, agent, flowId, taskId)).length === 0)
        this.fail('I9', flowId, `${prefix} the dead letter of ${taskId}`);
    }
    for (const [childId, { state }] of record.children) {
      if (state !== 'canceled') continue;
      const id = `cancel-${createHash('sha256')
        .update(JSON.stringify([flowId, childId]))
        .digest('hex')
        .slice(0, 40)}`;
      if (history.of(subjects.signal(TENANT, 'coordinator', childId, id)).length === 0)
        this.fail('I2', flowId, `${prefix} the cancel of its child ${childId}`);
    }
    const parent = record.started?.parent;
    const told = parent && this.records.get(parent.flowId);
    if (told && !told.ending && told.children.get(flowId)?.state === 'open') this.fail('I2', flowId, `${prefix} the word to its parent`);
  }

  /** Everything that can be said at the end only. */
  finish(): void {
    for (const promise of this.simulation.promises) this.kept(promise);
    for (const record of this.records.values()) {
      this.folds(record);
      this.emitted(record);
      if (record.ended) this.said(record, 'nobody ever said');
      if (record.ended && !this.outcomes.has(subjects.outcome(TENANT, record.started?.owner ?? this.rejectedOwner(record), record.flowId)))
        this.fail('I9', record.flowId, 'it has ended, and its owner never heard');
      if (!record.ended)
        this.fail(
          'I9',
          record.flowId,
          `it never ended; at work: ${record.open.map(({ taskId, attempt }) => `${taskId}.${attempt}`).join(', ')}`,
        );
    }
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
    if (!record || record.signals.has(id) || this.audited(owner, flowId)) return;
    const [signal] = this.simulation.history.of(subjects.signal(TENANT, owner, flowId, id));
    const since = (signal?.time ?? 0) + HEARD_WITHIN;
    if (record.ending && record.ending.at > since)
      this.fail('I1', flowId, `the signal ${id} of ${owner} was acknowledged and came to nothing`);
  }

  /** Whether a signal came before its flow, and was written down instead. */
  private audited(actor: string, object: string): boolean {
    const entries = this.simulation.history.of(subjects.audit(TENANT, 'coordinator', 'signal')).map((kept) => bodyOf<AuditEntry>(kept));
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

  /** Every dispatch of the log was said, and in time; what was called off is not in its queue any more. */
  private emitted({ flowId, attempts }: FlowRecord): void {
    const { history, broker, world, faults } = this.simulation;
    for (const { taskId, attempt, agent, since, deadline, ended } of attempts.values()) {
      const found = ['low', 'normal', 'high', 'critical'].flatMap((priority) =>
        history.of(subjects.task(TENANT, agent, priority as 'low', flowId, taskId, attempt)),
      );
      const until = Math.max(since, world.start + faults.until + LONGEST_FAULT) + SAID_WITHIN;
      const [first] = found;
      if (!first) {
        const lapsed = ended?.how === 'timeout' && deadline - since > PATIENT;
        if (!ended || lapsed || ended.at > until) this.fail('I2', flowId, `${taskId}.${attempt} was never given to ${agent}`);
        continue;
      }
      if (first.time > until)
        this.fail('I2', flowId, `${taskId}.${attempt} was given to ${agent} ${Math.round(first.time - since)} ms late`);
      if (ended?.how !== 'timeout' && ended?.how !== 'canceled') continue;
      if (ended.at === since) this.fail('I2', flowId, `${taskId}.${attempt} was given to ${agent}, and the same entry called it off`);
      const [queued] = broker.streams.get('TASK')!.read(subjects.task(TENANT, agent, '*', flowId, taskId, attempt));
      // stored after its end: the late word of somebody who did not know of it, see above
      if (queued && queued.time < ended.at) this.fail('I2', flowId, `${taskId}.${attempt} was called off, and is in its queue still`);
    }
  }
}
