import { lookedFor, type Bus, type Delivery, type StoredMessage } from '@waggle/bus';
import { loadValues, storeLarge, type WaggleClient } from '@waggle/client';
import {
  isoTime,
  parseIsoTime,
  WaggleError,
  type AgentMessage,
  type Fault,
  type TaskAddress,
  type TaskDispatch,
  type TaskResult,
} from '@waggle/protocol';
import { withSpan, type Log } from '@waggle/service';
import type { AgentDefinition, SkillDefinition } from '../definition/agent-definition.js';
import { AttemptContext } from '../context/attempt-context.js';
import { Suspension } from '../context/suspension.js';
import type { Memory } from '../context/memory.js';
import type { Shared } from '../context/shared.js';
import type { Workspaces } from '../context/workspaces.js';
import { abortOf, abortSubject, attemptKey, type Aborts, type Stop } from './aborts.js';
import { TaskError } from '../task-error.js';
import type { Deadlines } from './deadlines.js';
import type { Doubt } from './doubt.js';
import { fault, faultOf } from './faults.js';
import { parseDispatch } from './parse-dispatch.js';
import { resultBody, resultSubject, writeResult, type Written } from './result-writer.js';
import type { Settled } from './settled.js';
import type { Slots } from './slots.js';
import { StartRecord } from './start-record.js';
import { Vigil } from './vigil.js';

/** What an attempt needs of the agent it runs in. */
export interface AttemptHost {
  bus: Bus;
  definition: AgentDefinition;
  instance: string;
  log: Log;
  slots: Slots;
  deadlines: Deadlines;
  settled: Settled;
  doubt: Doubt;
  aborts: Pick<Aborts, 'cameEarly'>;
  client(tenant: string): WaggleClient;
  workspaces(tenant: string): Workspaces;
  memory(tenant: string): Memory;
  shared(tenant: string): Shared;
}

/** How an attempt left this instance; `aborted`, `others` and `taken` leave no result of ours, `repeated` the one that it had left before. */
export type AttemptEnd = TaskResult['kind'] | 'aborted' | 'others' | 'taken' | 'repeated' | 'handed-back';

type Outcome = Pick<TaskResult, 'kind' | 'output' | 'error' | 'artifacts' | 'request' | 'workState'>;
type Ending = { result: Outcome } | { gone: 'aborted' | 'handed-back' };

/** Older than this at its first delivery, a dispatch may have been aborted while it was queued. */
const FRESH = 1_000;
const UNREADABLE_DELAY = 1_000;

/** One delivery of one attempt, from the queue to its end: checked, worked on, its result stored, acknowledged. */
export class Attempt {
  readonly since = performance.now();
  private signed = this.since;
  skill?: string;
  private readonly abort = new AbortController();
  private readonly starts: StartRecord;
  private readonly key: string;
  private readonly startedAt = isoTime(Date.now());
  /** Whatever comes first: what the handler made of it, its time, an abort, the end of the process. */
  private readonly ending: Promise<Ending>;
  private leave!: (ending: Ending) => void;
  private handedBack = false;
  private context?: AttemptContext;
  /** Until the handler has returned, which may be long after the attempt ended; never rejects. */
  handler?: Promise<void>;

  constructor(
    private readonly host: AttemptHost,
    readonly address: TaskAddress,
    private delivery: Delivery,
  ) {
    this.starts = new StartRecord(host.bus, host.instance, address);
    this.key = attemptKey(address);
    this.ending = new Promise((resolve) => (this.leave = resolve));
  }

  /** The same attempt delivered again to the process that still works on it: settled through the newer delivery. */
  adopt(delivery: Delivery): void {
    this.delivery = delivery;
    this.signed = performance.now();
  }

  /** Tells the broker that it is at work, unless that was said since (`performance.now()`). */
  keep(since: number): void {
    if (this.signed > since) return;
    this.signed = performance.now();
    this.delivery.working();
  }

  /** Stop: canceled, past its deadline, or no longer ours. No result of it would count, but within `grace` milliseconds. */
  abandon({ reason, grace = 0 }: Stop): void {
    this.abort.abort(new WaggleError('CANCELED', reason));
    if (grace > 0) setTimeout(() => this.leave({ gone: 'aborted' }), grace).unref();
    else this.leave({ gone: 'aborted' });
  }

  /** The process stops: the queue gives the task to another. */
  handBack(): void {
    this.abort.abort(new WaggleError('AGENT_STOPPED', 'The agent stops and hands the task back.'));
    this.handedBack = true;
    this.leave({ gone: 'handed-back' });
  }

  /** Resolves when the delivery is settled; never rejects. */
  async run(): Promise<AttemptEnd> {
    try {
      return await withSpan(`attempt ${this.address.agent}`, this.delivery, () => this.settle());
    } catch (error) {
      this.host.log.error('an attempt could not be settled: its queue will deliver it again', { ...this.names, error });
      this.delivery.nak(UNREADABLE_DELAY);
      return 'handed-back';
    }
  }

  private async settle(): Promise<AttemptEnd> {
    const said = this.host.settled.find(this.key);
    if (said !== undefined) return this.repeat(said);
    const { dispatch, problems } = parseDispatch(this.delivery, this.address);
    if (problems !== undefined)
      return this.write({ kind: 'rejected', error: { ...fault('INVALID_MESSAGE', 'The dispatch is not valid.'), problems } });
    this.skill = dispatch.payload.skill;
    const sentAt = this.delivery.time.getTime();
    const again = this.delivery.deliveries > 1;
    const old = Math.abs(Date.now() - sentAt) > FRESH;
    const foretold = this.host.aborts.cameEarly(this.key);
    const { lapsed } = this.delivery;
    const doubted = lapsed || this.host.doubt.of(sentAt);
    const offered = dispatch.payload.kind === 'handoff';
    const verdict =
      again || old || foretold || doubted || offered
        ? await Promise.race([this.mayStart({ again, old, foretold, doubted, lapsed, offered }), this.ending])
        : 'start';
    if (verdict === 'poison')
      return this.write(
        { kind: 'failed', error: fault('POISON', `It was started ${this.host.definition.maxStarts} times and never ended.`) },
        dispatch,
      );
    if (verdict === 'others') return 'others';
    if (verdict === 'ended') return this.drop();
    return this.end(verdict === 'start' ? await this.work(dispatch, sentAt) : verdict, dispatch);
  }

  private async end(ending: Ending, dispatch: AgentMessage<TaskDispatch>): Promise<AttemptEnd> {
    if ('result' in ending) return this.write(ending.result, dispatch);
    if (ending.gone === 'aborted') return this.drop();
    await this.starts.undo().catch((error: unknown) => this.host.log.warn('a start could not be taken back', { ...this.names, error }));
    this.delivery.nak();
    return 'handed-back';
  }

  /** A first delivery just starts; before a redelivered one does, someone may have ended it, or it may end whoever starts it. */
  private async mayStart(
    what: Record<'again' | 'old' | 'foretold' | 'doubted' | 'lapsed' | 'offered', boolean>,
  ): Promise<'start' | 'poison' | 'others' | 'ended'> {
    const { bus, definition } = this.host;
    const { again, old, foretold, doubted, lapsed, offered } = what;
    if ((again || doubted) && (await bus.last('RESULT', resultSubject(this.address))) !== undefined) return 'ended';
    if (again || old || foretold || doubted) {
      const look = (): Promise<StoredMessage | undefined> => bus.last('PROGRESS', abortSubject(this.address));
      const aborted = await (foretold ? lookedFor(look) : look());
      if (aborted !== undefined) {
        this.abandon({ reason: abortOf(aborted).reason });
        return 'ended';
      }
    }
    if (again) return this.starts.begin(definition.maxStarts);
    if (lapsed) return this.starts.beginAlone();
    if (offered) await this.starts.accept();
    return 'start';
  }

  /** `sentAt`: when the broker stored the dispatch. */
  private async work(dispatch: AgentMessage<TaskDispatch>, sentAt: number): Promise<Ending> {
    const skill = this.host.definition.skills.get(dispatch.payload.skill);
    if (skill === undefined) {
      return {
        result: { kind: 'rejected', error: fault('UNSUPPORTED', `${this.address.agent} does not offer ${dispatch.payload.skill}.`) },
      };
    }
    const vigil = new Vigil({
      deadlines: this.host.deadlines,
      // both by the broker's clock, and counted from here by ours: never too early, whatever the clocks say
      deadline: Math.max(1, parseIsoTime(dispatch.payload.deadline) - sentAt),
      heartbeat: skill.card.heartbeat,
      onLapse: (code) => {
        const error = fault(code, code === 'TASK_TIMEOUT' ? 'The deadline has passed.' : `No progress for ${skill.card.heartbeat} ms.`);
        this.abort.abort(new WaggleError(code, error.message));
        this.leave({ result: { kind: 'failed', error } });
      },
    });
    this.handler = this.handle(skill, dispatch, vigil).then((result) => {
      this.handler = undefined;
      this.leave({ result });
    });
    const ending = await this.ending;
    vigil.stop();
    this.context?.end();
    return ending;
  }

  /** Never rejects. */
  private async handle(skill: SkillDefinition, dispatch: AgentMessage<TaskDispatch>, vigil: Vigil): Promise<Outcome> {
    const { bus } = this.host;
    const { tenant } = this.address;
    const { input: given, workState: left } = dispatch.payload;
    try {
      const workState = left === undefined ? undefined : await loadValues(bus, tenant, left);
      const context = new AttemptContext(this.host, { address: this.address, dispatch, vigil, abort: this.abort, workState });
      this.context = context;
      const input = await loadValues(bus, tenant, given);
      const problems = skill.checkInput(input);
      if (problems.length > 0)
        return { kind: 'rejected', error: fault('INVALID_INPUT', `The input does not fit ${skill.card.id}.`, problems) };
      const returned = await withSpan(`skill ${skill.card.id}`, undefined, () => skill.handle(skill.toInput(input), context));
      if (returned instanceof Suspension) return await this.suspend(returned);
      const output = plain(returned);
      const wrong = skill.checkOutput(output);
      if (wrong.length > 0) {
        const error: Fault = { ...fault('INTERNAL', `${skill.card.id} returned what its output does not allow.`, wrong), retryable: false };
        return { kind: 'failed', error };
      }
      const { artifacts } = context;
      return { kind: 'completed', output: await storeLarge(bus, tenant, output), artifacts: artifacts.length > 0 ? artifacts : undefined };
    } catch (error) {
      const kind = error instanceof TaskError && error.rejected ? 'rejected' : 'failed';
      this.host.log.warn('an attempt ended without a result', { ...this.names, kind, error });
      return { kind, error: faultOf(error) };
    } finally {
      await this.context?.handled();
    }
  }

  private async suspend({ kind, request, workState }: Suspension): Promise<Outcome> {
    const kept = await storeLarge(this.host.bus, this.address.tenant, plain(workState));
    return { kind, request: plain(request) as Record<string, unknown>, ...(kept !== undefined && { workState: kept }) };
  }

  private async write(outcome: Outcome, dispatch?: AgentMessage<TaskDispatch>): Promise<AttemptEnd> {
    const { kind, output, error, artifacts, request, workState } = outcome;
    const { instance } = this.host;
    const { startedAt } = this;
    const result: TaskResult = { kind, output, error, artifacts, request, workState, instance, startedAt, endedAt: isoTime(Date.now()) };
    const { address } = this;
    const body = resultBody(this.host.bus, { address, dispatch }, result);
    const written = await this.store(body);
    this.host.settled.add(this.key, body);
    if (written === 'taken') this.host.log.warn('another result of this attempt stands already: ours is dropped', this.names);
    this.delivery.ack();
    return written === 'taken' ? 'taken' : outcome.kind;
  }

  /** The broker forgot that it was settled here, maybe its result as well: writing the same bytes once more changes nothing else. */
  private async repeat(body: string): Promise<'repeated'> {
    await this.store(body);
    this.delivery.ack();
    return 'repeated';
  }

  private store(body: string): Promise<Written> {
    return writeResult(this.host.bus, { address: this.address, giveUp: () => this.handedBack }, body);
  }

  private drop(): 'aborted' {
    this.delivery.ack();
    return 'aborted';
  }

  private get names(): Record<string, unknown> {
    const { flowId, taskId, attempt } = this.address;
    return { flow: flowId, task: taskId, attempt, skill: this.skill };
  }
}

/** As it will travel: what JSON cannot say is a mistake of the handler's. */
const plain = (value: unknown): unknown => {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : JSON.parse(text);
};
