import { PRIORITIES, subjects } from '@waggle/protocol';
import { createHash } from 'node:crypto';
import { wasStopped } from './attempt-record.js';
import { LONGEST_FAULT } from './faults.js';
import type { FlowRecord } from './flow-record.js';
import { TENANT } from './sim-client.js';
import type { Simulation } from './simulation.js';

/** After faults, what a transition implies is said within so many milliseconds: takeover, redelivery, and a pause or two. */
const SAID_WITHIN = 20_000;
/** No chain of faults may keep a dispatch back for so many milliseconds. */
const PATIENT = 15_000;

type Fail = (invariant: string, flowId: string, what: string) => void;

/** Whether what a flow's log implies was said to those whom it concerns. */
export class SaidCheck {
  constructor(
    private readonly simulation: Simulation,
    private readonly records: ReadonlyMap<string, FlowRecord>,
    private readonly fail: Fail,
  ) {}

  /** Everything that must have been said before the outcome is. */
  beforeOutcome(record: FlowRecord, prefix: string): void {
    const { flowId } = record;
    const { history } = this.simulation;
    for (const { taskId, attempt, agent } of [...record.attempts.values()].filter(wasStopped)) {
      if (history.of(subjects.abort(TENANT, agent, flowId, taskId, attempt)).length === 0)
        this.fail('I2', flowId, `${prefix} the word to stop ${taskId}.${attempt}`);
    }
    this.deadLetters(record, prefix);
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
    if (told?.undo.childId === flowId && !told.undo.ended) this.fail('I2', flowId, `${prefix} that it has undone ${told.flowId}`);
  }

  private deadLetters({ flowId, failures, attempts, started }: FlowRecord, prefix: string): void {
    for (const { taskId, attempt, code, agent } of failures) {
      const record = attempts.get(`${taskId}.${attempt}`);
      const step = started?.definition.steps.find(({ id }) => id === record?.stepId);
      // given up before its time
      if (step?.onError?.some((recovery) => 'do' in recovery && recovery.do === 'fail')) continue;
      if (!record?.ended?.final || (!record.ended.retryable && code !== 'POISON')) continue;
      if (this.simulation.history.of(subjects.dlq(TENANT, agent, flowId, taskId)).length === 0)
        this.fail('I9', flowId, `${prefix} the dead letter of ${taskId}`);
    }
  }

  /** At the end: every dispatch of the log was said, and in time; what was called off is not in its queue any more. */
  atTheEnd(record: FlowRecord): void {
    this.dispatches(record);
    this.subFlows(record);
    this.questions(record);
  }

  private saidBy(since: number): number {
    const { world, faults } = this.simulation;
    return Math.max(since, world.start + faults.until + LONGEST_FAULT) + SAID_WITHIN;
  }

  private dispatches({ flowId, attempts }: FlowRecord): void {
    const { history, broker } = this.simulation;
    for (const record of attempts.values()) {
      const { taskId, attempt, agent, since, deadline, ended } = record;
      const found = PRIORITIES.flatMap((priority) => history.of(subjects.task(TENANT, agent, priority, flowId, taskId, attempt)));
      const until = this.saidBy(since);
      const [first] = found;
      if (!first) {
        const lapsed = ended?.how === 'timeout' && deadline - since > PATIENT;
        if (!ended || lapsed || ended.at > until) this.fail('I2', flowId, `${taskId}.${attempt} was never given to ${agent}`);
        continue;
      }
      if (first.time > until)
        this.fail('I2', flowId, `${taskId}.${attempt} was given to ${agent} ${Math.round(first.time - since)} ms late`);
      if (!ended || !wasStopped(record)) continue;
      if (ended.at === since) this.fail('I2', flowId, `${taskId}.${attempt} was given to ${agent}, and the same entry called it off`);
      const [queued] = broker.streams.get('TASK')!.read(subjects.task(TENANT, agent, '*', flowId, taskId, attempt));
      // stored after its end: the late word of somebody who did not know of it
      if (queued && queued.time < ended.at) this.fail('I2', flowId, `${taskId}.${attempt} was called off, and is in its queue still`);
    }
  }

  private subFlows({ flowId, delegations }: FlowRecord): void {
    for (const [childId, { taskId, attempt, since, ended }] of delegations) {
      const [first] = this.simulation.history.of(subjects.submit(TENANT, 'coordinator', childId));
      const until = this.saidBy(since);
      if (!first && (!ended || ended.at > until)) this.fail('I2', flowId, `${taskId}.${attempt} is a flow that was never asked for`);
      if (first && first.time > until) this.fail('I2', flowId, `the flow that ${taskId}.${attempt} is was asked for late`);
    }
  }

  private questions({ flowId, waits }: FlowRecord): void {
    const { history, broker } = this.simulation;
    for (const { id, ask, since, closed } of waits.questions.values()) {
      const subject = subjects.ask(TENANT, flowId, id);
      const [first] = history.of(subject);
      if (!first && (!closed || closed.at > this.saidBy(since))) this.fail('I2', flowId, `${id} was never asked`);
      const [standing] = broker.streams.get('ESCALATION')!.read(subject);
      if (standing && closed && standing.time < closed.at) this.fail('I2', flowId, `${id} is decided, and is asked still`);
      let due = since;
      for (const [k, { after }] of (ask.ladder ?? []).slice(0, -1).entries()) {
        due += after;
        const told = history.of(subjects.rungDue(TENANT, flowId, id, k + 1)).length > 0;
        if (!told && (!closed || closed.at > this.saidBy(due))) this.fail('I9', flowId, `rung ${k + 1} of ${id} never heard of it`);
      }
    }
  }
}
