import {
  createMessage,
  ERRORS,
  isErrorCode,
  MESSAGE_TYPES,
  subjects,
  type AgentMessage,
  type Artifact,
  type BlobRef,
  type EscalationDecision,
  type HandoffRequest,
  type Outcome,
  type TaskAddress,
  type TaskDispatch,
  type TaskProgress,
} from '@waggle/protocol';
import { loadValues } from '@waggle/client';
import type { ArriveOptions, Channel, Memory, PointOptions, PointState, Session, UseOptions } from '@waggle/memory';
import type { Log } from '@waggle/service';
import type { AttemptHost } from '../runtime/attempt.js';
import type { Vigil } from '../runtime/vigil.js';
import { TaskError } from '../task-error.js';
import { Children } from './children.js';
import { Progress } from './progress.js';
import { sessionOf } from './session-of.js';
import { Suspension, type Delegation, type Handoff, type Question } from './suspension.js';
import type { CallOptions, TaskContext } from './task-context.js';
import { TaskLocks } from './task-locks.js';
import type { Workspaces } from './workspaces.js';

const ARTIFACTS_LIMIT = 100;

export interface AttemptParts {
  address: TaskAddress;
  dispatch: AgentMessage<TaskDispatch>;
  vigil: Vigil;
  abort: AbortController;
  /** Of an earlier attempt, loaded. */
  workState: unknown;
}

/** The `TaskContext` of one attempt. */
export class AttemptContext implements TaskContext {
  readonly artifacts: Artifact[] = [];
  private told?: Progress;
  private asked?: Children;
  private logged?: Log;
  private locks?: TaskLocks;

  constructor(
    private readonly host: AttemptHost,
    private readonly parts: AttemptParts,
  ) {}

  get signal(): AbortSignal {
    return this.parts.abort.signal;
  }

  get tenant(): string {
    return this.parts.address.tenant;
  }

  get flowId(): string {
    return this.parts.address.flowId;
  }

  get taskId(): string {
    return this.parts.address.taskId;
  }

  get attempt(): number {
    return this.parts.address.attempt;
  }

  get owner(): string {
    return this.parts.dispatch.payload.owner;
  }

  get idempotencyKey(): string {
    return `${this.flowId}/${this.taskId}`;
  }

  get workState(): unknown {
    return this.parts.workState;
  }

  get decision(): EscalationDecision | undefined {
    return this.parts.dispatch.payload.decision;
  }

  get handedOn(): HandoffRequest | undefined {
    return this.parts.dispatch.payload.handoff;
  }

  get log(): Log {
    const { skill } = this.parts.dispatch.payload;
    this.logged ??= this.host.log.with({ flow: this.flowId, task: this.taskId, attempt: this.attempt, skill });
    return this.logged;
  }

  get workspace(): Workspaces {
    return this.host.workspaces(this.tenant);
  }

  get session(): Session {
    const { contextId } = this.parts.dispatch;
    return this.host.shared(this.tenant).sessions.session(sessionOf({ contextId, flowId: this.flowId }), { as: this.taskId });
  }

  get memory(): Memory {
    return this.session.memory;
  }

  get lock(): TaskLocks {
    const { signal, flowId, taskId, attempt, tenant } = this;
    return (this.locks ??= new TaskLocks({
      locks: this.host.shared(tenant).locks,
      signal,
      metadata: { flowId, taskId, attempt },
      waiting: (wait) => this.waiting(wait),
    }));
  }

  channel(name: string): Channel {
    return this.session.channel(name);
  }

  async sync(name: string, { expect, timeout, ...arrive }: PointOptions & ArriveOptions): Promise<PointState> {
    const point = this.session.sync(name);
    await point.create({ expect, timeout });
    return this.waiting(() => point.reach({ ...arrive, signal: this.signal }));
  }

  async use<T>(resource: string, options: UseOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { resources } = this.host.shared(this.tenant);
    const signal = options.signal === undefined ? this.signal : AbortSignal.any([this.signal, options.signal]);
    const grant = await this.waiting(() => resources.acquire(resource, { note: this.idempotencyKey, ...options, signal }));
    try {
      return await work(AbortSignal.any([signal, grant.signal]));
    } finally {
      await grant.release();
    }
  }

  progress(fraction: number, message?: string): void {
    if (this.signal.aborted) return;
    this.told ??= new Progress(
      (part, text) => this.tell(part, text),
      () => this.parts.vigil.progressed(),
    );
    this.told.report(fraction, message);
  }

  remember<T>(of: unknown, make: () => Promise<T>): Promise<T> {
    const { skill } = this.parts.dispatch.payload;
    return this.host.memory(this.tenant).recall([skill, this.host.definition.version, of], make);
  }

  async call<T = unknown>(skill: string, input: unknown, options: CallOptions = {}): Promise<T> {
    this.signal.throwIfAborted();
    const { tenant } = this;
    const client = this.host.client(tenant);
    const id = await this.children.ask({ skill, input, ...options });
    const outcome = await this.waiting(() => client.outcome(id, { signal: this.signal }));
    if (outcome.state !== 'COMPLETED') throw childError(skill, outcome);
    return (await loadValues(this.host.bus, tenant, outcome.output)) as T;
  }

  handoff(request: Handoff, workState?: unknown): Suspension {
    return new Suspension('handoff', request, workState);
  }

  escalate(question: Question, workState?: unknown): Suspension {
    return new Suspension('escalate', question, workState);
  }

  async delegate(children: readonly Delegation[], workState?: unknown): Promise<Suspension> {
    this.signal.throwIfAborted();
    const flows = await this.children.askAll(children);
    return new Suspension('delegated', { flows }, workState);
  }

  async outcomes(): Promise<Outcome[] | undefined> {
    const { delegated } = this.parts.dispatch.payload;
    if (delegated === undefined) return undefined;
    const { tenant } = this;
    const client = this.host.client(tenant);
    return Promise.all(
      delegated.map(async ({ flowId }) => {
        const outcome = await client.outcome(flowId, { signal: this.signal });
        return { ...outcome, output: await loadValues(this.host.bus, tenant, outcome.output) };
      }),
    );
  }

  private get children(): Children {
    return (this.asked ??= new Children(this.parts, this.host.client(this.tenant)));
  }

  async artifact(name: string, content: string | Uint8Array, type: string): Promise<BlobRef> {
    if (this.artifacts.length >= ARTIFACTS_LIMIT)
      throw new TaskError('TOO_LARGE', { message: `A task keeps at most ${ARTIFACTS_LIMIT} artifacts.` });
    const blob = await this.host.bus.blobs.put(this.tenant, typeof content === 'string' ? Buffer.from(content) : content, type);
    this.artifacts.push({ name, blob });
    return blob;
  }

  /** The handler has ended, maybe long after the attempt has. */
  handled(): Promise<void> | undefined {
    return this.locks?.end();
  }

  /** The last progress is always told. */
  end(): void {
    this.told?.flush();
    this.told?.stop();
  }

  /** Waits for others: the slot is another's meanwhile, and nobody expects progress. */
  private waiting<T>(wait: () => Promise<T>): Promise<T> {
    return this.parts.vigil.pausing(() => this.host.slots.lend(wait));
  }

  private tell(fraction: number, message?: string): void {
    const payload: TaskProgress = {
      fraction,
      ...(message !== undefined && { message: message.slice(0, 1_000) }),
      attempt: this.attempt,
      instance: this.host.instance,
    };
    const { bus } = this.host;
    const told = createMessage({ type: MESSAGE_TYPES.progress, from: bus.me, tenant: this.tenant, correlationId: this.flowId, payload });
    bus.emit(subjects.progress(this.tenant, bus.me, this.flowId, this.taskId), JSON.stringify(told));
  }
}

const childError = (skill: string, outcome: Outcome): TaskError => {
  const problems = outcome.errors ?? [];
  const code = problems[0]?.code ?? (outcome.state === 'CANCELED' ? 'CANCELED' : 'INTERNAL');
  const retryable = isErrorCode(code) ? ERRORS[code].retryable : false;
  return new TaskError(code, { message: `${skill} ended ${outcome.state}: ${problems[0]?.message ?? code}`, retryable, problems });
};
