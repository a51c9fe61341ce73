import type { Bus, Delivery, Queue } from '@waggle/bus';
import {
  createMessage,
  MESSAGE_TYPES,
  newId,
  parseTaskSubject,
  PRIORITIES,
  subjects,
  taskConsumer,
  type AgentCard,
  type AgentMessage,
  type AgentSkill,
  type Beat,
  type TaskAddress,
  type TaskDispatch,
  type TaskResult,
} from '@waggle/protocol';
import { cleanupLater } from './cleanup.js';

export interface ScriptedTask extends TaskAddress {
  dispatch: TaskDispatch;
  message: AgentMessage<TaskDispatch>;
  delivery: Delivery;
}

/** What a script says of a task: the output, a whole result, `never` (no result, no ack) or `vanish` (ack without a result). */
export type ScriptedAnswer = { output: unknown } | { result: Partial<TaskResult> & Pick<TaskResult, 'kind'> } | 'never' | 'vanish';

export interface ScriptedAgentOptions {
  /** Skill ids it offers; default: `<name>.run`. */
  skills?: readonly string[];
  /** What becomes of a task; default: completed with its own input as output. Throwing fails the attempt, retryable. */
  script?: (task: ScriptedTask) => ScriptedAnswer | Promise<ScriptedAnswer>;
  /** Milliseconds each task takes. */
  delay?: number;
  /** The first so many attempts fail, retryable. */
  failFirst?: number;
  slots?: number;
  /** Milliseconds between beats; 0: no card and no beats. Default 1 s. */
  beat?: number;
}

export interface ScriptedAgent {
  readonly name: string;
  readonly instance: string;
  /** Every task that was taken, in order. */
  readonly taken: readonly ScriptedTask[];
  /** Every result that was stored, in order. */
  readonly results: readonly { task: ScriptedTask; result: TaskResult; status: 'stored' | 'taken' }[];
  stop(): Promise<void>;
}

const WAIT = 1_000;

/**
 * An agent that speaks the raw protocol, without the SDK: takes from its four queues, publishes the result its script
 * says, acknowledges. For tests of the coordinator and the registry. Stopped after the tests.
 */
export const scriptedAgent = async (bus: Bus, options: ScriptedAgentOptions = {}): Promise<ScriptedAgent> => {
  const agent = new Scripted(bus, options);
  await agent.start();
  cleanupLater(() => agent.stop());
  return agent;
};

class Scripted implements ScriptedAgent {
  readonly instance = newId();
  readonly taken: ScriptedTask[] = [];
  readonly results: { task: ScriptedTask; result: TaskResult; status: 'stored' | 'taken' }[] = [];
  private readonly stopping = new AbortController();
  private readonly loops: Promise<void>[] = [];
  private readonly atWork = new Set<Promise<void>>();
  private beats: NodeJS.Timeout | undefined;
  private n = 0;

  constructor(
    private readonly bus: Bus,
    private readonly options: ScriptedAgentOptions,
  ) {}

  get name(): string {
    return this.bus.me;
  }

  async start(): Promise<void> {
    const queues = await Promise.all(PRIORITIES.map((priority) => this.bus.queue('TASK', taskConsumer(this.name, priority))));
    const { beat = 1_000 } = this.options;
    if (beat > 0) {
      await this.announce();
      this.beats = setInterval(() => void this.beat().catch(() => undefined), beat);
    }
    for (const queue of queues) this.loops.push(this.serve(queue));
  }

  async stop(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    this.stopping.abort();
    clearInterval(this.beats);
    await Promise.all(this.loops);
    await Promise.race([Promise.all(this.atWork), new Promise((resolve) => setTimeout(resolve, WAIT).unref())]);
  }

  private async serve(queue: Queue): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const free = (this.options.slots ?? 8) - this.atWork.size;
      if (free < 1) {
        await Promise.race(this.atWork);
        continue;
      }
      try {
        for (const delivery of await queue.take(free, { wait: WAIT, signal })) {
          const work: Promise<void> = this.work(delivery).finally(() => this.atWork.delete(work));
          this.atWork.add(work);
        }
      } catch {
        // the broker is away: the next take waits for it
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  private async work(delivery: Delivery): Promise<void> {
    const message = delivery.json<AgentMessage<TaskDispatch>>();
    const task: ScriptedTask = { ...parseTaskSubject(delivery.subject), dispatch: message.payload, message, delivery };
    const startedAt = new Date().toISOString();
    this.taken.push(task);
    if (this.options.delay) await new Promise((resolve) => setTimeout(resolve, this.options.delay));
    const answer = await this.answer(task);
    if (answer === 'never') return;
    if (answer === 'vanish') return delivery.ack();
    const result: TaskResult = { ...answer, instance: this.instance, startedAt, endedAt: new Date().toISOString() };
    try {
      const { status } = await this.bus.publishOnce(
        'RESULT',
        subjects.result(task.tenant, this.name, task.flowId, task.taskId, task.attempt),
        JSON.stringify(
          createMessage({
            type: MESSAGE_TYPES.result,
            from: this.name,
            tenant: task.tenant,
            intent: 'response',
            correlationId: task.flowId,
            causationId: message.id,
            payload: result,
          }),
        ),
      );
      this.results.push({ task, result, status });
      delivery.ack();
    } catch {
      delivery.nak();
    }
  }

  private async answer(task: ScriptedTask): Promise<(Partial<TaskResult> & Pick<TaskResult, 'kind'>) | 'never' | 'vanish'> {
    try {
      if (this.taken.length <= (this.options.failFirst ?? 0)) throw new Error(`scripted failure ${this.taken.length}`);
      const said = (await this.options.script?.(task)) ?? { output: task.dispatch.input };
      if (typeof said === 'string') return said;
      return 'result' in said ? said.result : { kind: 'completed', output: said.output };
    } catch (error) {
      return { kind: 'failed', error: { code: 'INTERNAL', message: (error as Error).message, retryable: true } };
    }
  }

  private async announce(): Promise<void> {
    await this.publish(
      MESSAGE_TYPES.card,
      subjects.card(this.name, this.instance),
      scriptedCard(this.name, { ...this.options, instance: this.instance }),
    );
    await this.beat();
  }

  private beat(): Promise<void> {
    const beat: Beat = {
      name: this.name,
      instance: this.instance,
      n: this.n++,
      clientId: this.bus.connection.clientId,
      draining: this.stopping.signal.aborted,
      slots: this.options.slots ?? 8,
      busy: this.atWork.size,
      waiting: 0,
      completed: this.results.length,
      failed: 0,
      workedMs: 0,
      memory: process.memoryUsage.rss(),
      held: [],
    };
    return this.publish(MESSAGE_TYPES.beat, subjects.beat(this.name, this.instance), beat);
  }

  private async publish(type: string, subject: string, payload: AgentCard | Beat): Promise<void> {
    await this.bus.publish(subject, JSON.stringify(createMessage({ type, from: this.name, tenant: 'default', payload })));
  }
}

/** The card of an agent that offers skills without schemas. */
export const scriptedCard = (name: string, options: Pick<ScriptedAgentOptions, 'skills' | 'slots'> & { instance: string }): AgentCard => ({
  name,
  instance: options.instance,
  description: 'scripted',
  version: '1.0.0',
  kind: 'agent',
  skills: (options.skills ?? [`${name}.run`]).map((id): AgentSkill => ({
    id,
    name: id,
    description: 'scripted',
    tags: [],
    timeout: 60_000,
  })),
  capabilities: [],
  maxConcurrent: options.slots ?? 8,
  priority: 0,
  startedAt: new Date().toISOString(),
  pid: process.pid,
  host: 'test',
});
