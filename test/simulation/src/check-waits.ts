import { subjects, type AgentMessage, type BusEvent, type EscalationDecision } from '@waggle/protocol';
import type { Kept } from '@waggle/testkit';
import { payloadOf } from './payload.js';
import { PEOPLE } from './plan.js';
import { TENANT } from './sim-client.js';
import type { Simulation } from './simulation.js';
import { BELL } from './steps.js';
import type { Question, Waiting } from './wait-record.js';

/** What is stored reaches a flow within so many milliseconds, whatever happens meanwhile. */
export const HEARD_WITHIN = 14_000;
/** What happens is told first, and then heard. */
const TOLD_WITHIN = 20_000;
/** What happened so many milliseconds before a flow began to wait for it may have been on its way. */
const ON_THE_WAY = 20_000;

type Fail = (invariant: string, flowId: string, what: string) => void;

const eventOf = ({ body }: Kept): AgentMessage<BusEvent> => JSON.parse(Buffer.from(body).toString('utf8')) as AgentMessage<BusEvent>;

/** Compares how waits ended with what people answered, what was said to the flow, and what happened. */
export class WaitCheck {
  /** Entries of a flow in which an event counted, by flow and event. */
  private readonly counted = new Map<string, number>();

  constructor(
    private readonly simulation: Simulation,
    private readonly fail: Fail,
  ) {}

  /** The answer that was stored first counts, and any wins over what is done without one. */
  questionEnded(flowId: string, owner: string, { id, ask, until, closed }: Question): void {
    const { how, option, who } = closed!;
    if (how === 'dropped') return;
    const answers = PEOPLE.flatMap((name) => [...this.simulation.history.of(subjects.answer(TENANT, name, flowId, id))])
      .filter((kept) => this.counts(kept, owner, ask))
      .sort((a, b) => a.sequence - b.sequence);
    const [first] = answers;
    const by = first?.subject.split('.')[4];
    if (how === 'answer') {
      if (!first || by !== who || payloadOf<EscalationDecision>(first).option !== option)
        this.fail('I5', flowId, `${id} is decided by ${who}, and ${by ?? 'nobody'} answered first`);
      return;
    }
    if (how === 'default' && option !== ask.defaultAction) this.fail('I5', flowId, `the default of ${id} is not ${option}`);
    if (first && first.time < until)
      this.fail(
        'I1',
        flowId,
        `${id} ended without an answer (${how}), and ${by} had answered ${until - first.time} ms before its time was up`,
      );
    if (this.simulation.world.now() < until) this.fail('I5', flowId, `${id} ended without an answer before its time`);
  }

  private counts({ subject, body }: Kept, owner: string, { ladder = [], options }: Question['ask']): boolean {
    const who = subject.split('.')[4];
    if (who !== owner && ladder.every(({ name }) => name !== who)) return false;
    const { option } = payloadOf<EscalationDecision>({ body } as Kept);
    return options.some(({ id }) => id === option);
  }

  waitEnded(flowId: string, owner: string, waiting: Waiting): void {
    const { how } = waiting.closed!;
    if (how === 'dropped') return;
    if (waiting.on.kind === 'event') return how === 'late' ? this.eventLate(flowId, waiting) : this.eventCame(flowId, waiting);
    if (waiting.on.kind === 'signal') return this.noteLate(flowId, owner, waiting);
    if (this.simulation.world.now() < waiting.until) this.fail('I5', flowId, `${waiting.taskId} waited for less than its time`);
  }

  private get events(): readonly Kept[] {
    return this.simulation.history.of(subjects.event(TENANT, BELL.source, BELL.type));
  }

  /** An event counts once for a flow, and for nothing that began to wait long after it. */
  private eventCame(flowId: string, { taskId, since, closed }: Waiting): void {
    const { by, n } = closed!;
    const told = this.events.filter((kept) => eventOf(kept).id === by);
    if (told.length === 0) return this.fail('I5', flowId, `${taskId} goes on by ${by}, which never happened`);
    if (told.at(-1)!.time < since - ON_THE_WAY) this.fail('I5', flowId, `${taskId} goes on by ${by}, which happened before`);
    const before = this.counted.get(`${flowId} ${by}`);
    if (before !== undefined && before !== n) this.fail('I5', flowId, `${by} counted in the entries ${before} and ${n}`);
    this.counted.set(`${flowId} ${by}`, n);
  }

  private eventLate(flowId: string, { taskId, since, until }: Waiting): void {
    const wanted = this.wantedBy(flowId, taskId);
    const told = new Set<string>();
    for (const kept of this.events) {
      const { id, payload } = eventOf(kept);
      const { k } = payload.data as { k: number };
      // told again it is the same, which the flow may have been told of before it waited for it
      const isNew = !told.has(id);
      told.add(id);
      if (isNew && kept.time > since && kept.time + TOLD_WITHIN < until && (wanted === undefined || k === wanted))
        this.fail('I1', flowId, `${taskId} was given up, and what it waited for had happened ${until - kept.time} ms before`);
    }
  }

  /** Which event its filter takes; undefined: any. */
  private wantedBy(flowId: string, taskId: string): number | undefined {
    const step = this.simulation.plan.flows.find(({ id }) => id === flowId)?.definition.steps.find(({ id }) => id === taskId);
    const { filter } = ((step?.wait ?? {}) as { event?: { filter?: string } }).event ?? {};
    return filter === undefined ? undefined : Number(filter.at(-1));
  }

  private noteLate(flowId: string, owner: string, { taskId, until, since, closed }: Waiting): void {
    if (closed!.how !== 'late') return;
    const notes = this.simulation.plan.flows.find(({ id }) => id === flowId)?.notes ?? [];
    const stored = notes.flatMap(({ id }) => [...this.simulation.history.of(subjects.signal(TENANT, owner, flowId, id))]);
    const missed = stored.find(({ time }) => time > since && time + HEARD_WITHIN < until);
    if (missed) this.fail('I1', flowId, `${taskId} was given up, and it was told ${until - missed.time} ms before`);
  }
}
