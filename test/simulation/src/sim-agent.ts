import { createHash } from 'node:crypto';
import type { Bus, Delivery, Queue } from '@waggle/bus';
import {
  createMessage,
  MESSAGE_TYPES,
  parseTaskSubject,
  PRIORITIES,
  subjects,
  taskConsumer,
  type AgentMessage,
  type TaskAddress,
  type TaskDispatch,
  type TaskResult,
} from '@waggle/protocol';
import { AGENTS, behaviourOf } from './plan.js';
import { hashOf } from './random.js';

export interface AgentParts {
  bus: Bus;
  instance: string;
  seed: number;
  /** The task's effect on the world outside, by its idempotency key. */
  effect: (key: string) => void;
  /** The process dies of what it does. */
  die: () => void;
}

const SLOTS = 6;
const TAKE = 10_000;
/** Older than this, a dispatch may have been called off before it came. */
const FRESH = 1_000;

type Result = Pick<TaskResult, 'kind'> & Partial<TaskResult>;

const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

/** An agent in a few lines: takes, does what the seed says of the task, stores the result, acknowledges. */
export class SimAgent {
  private busy = 0;
  private sleeping: (() => void)[] = [];

  constructor(private readonly parts: AgentParts) {}

  async start(): Promise<void> {
    const { bus } = this.parts;
    const queues = await Promise.all(PRIORITIES.map((priority) => bus.queue('TASK', taskConsumer(bus.me, priority))));
    for (const queue of queues) void this.serve(queue);
  }

  private async serve(queue: Queue): Promise<never> {
    for (;;) {
      if (this.busy >= SLOTS) {
        await new Promise<void>((resolve) => this.sleeping.push(resolve));
        continue;
      }
      try {
        for (const delivery of await queue.take(SLOTS - this.busy, { wait: TAKE })) {
          this.busy++;
          void this.work(delivery, queue.ackWait);
        }
      } catch {
        await pause(50);
      }
    }
  }

  private async work(delivery: Delivery, ackWait: number): Promise<void> {
    const address = parseTaskSubject(delivery.subject);
    const beats = setInterval(() => delivery.working(), ackWait / 3);
    try {
      const message = delivery.json<AgentMessage<TaskDispatch>>();
      const old = Date.now() - Date.parse(message.createdAt) > FRESH;
      if ((old || delivery.deliveries > 1) && (await this.isOver(address))) return delivery.ack();
      const result = await this.resultOf(address, message.payload);
      if (result === undefined) return;
      await this.store(address, result);
      delivery.ack();
    } catch {
      delivery.nak();
    } finally {
      clearInterval(beats);
      this.free();
    }
  }

  private free(): void {
    this.busy--;
    for (const wake of this.sleeping.splice(0)) wake();
  }

  private async isOver(address: TaskAddress): Promise<boolean> {
    const { bus } = this.parts;
    const { tenant, agent, flowId, taskId, attempt } = address;
    if ((await bus.last('RESULT', subjects.result(tenant, agent, flowId, taskId, attempt))) !== undefined) return true;
    return (await bus.last('PROGRESS', subjects.abort(tenant, agent, flowId, taskId, attempt))) !== undefined;
  }

  /** Undefined: it is never heard of. */
  private async resultOf(address: TaskAddress, dispatch: TaskDispatch): Promise<Result | undefined> {
    const { seed, effect, die, instance } = this.parts;
    const { flowId, taskId, attempt } = address;
    const behaviour = behaviourOf(seed, flowId, taskId);
    const first = attempt === 1;
    await pause(1 + (hashOf(`${flowId}${taskId}${attempt}`) % 60));
    const failed = (retryable: boolean): Result => ({ kind: 'failed', error: { code: 'INTERNAL', message: behaviour, retryable } });
    const completed = (output: unknown): Result => {
      effect(`${flowId}/${taskId}`);
      return { kind: 'completed', output };
    };
    const output = { task: taskId, given: dispatch.input };
    switch (behaviour) {
      case 'failAlways':
        return failed(true);
      case 'failFinally':
        return failed(false);
      case 'failOnce':
        return first ? failed(true) : completed(output);
      case 'reject':
        return { kind: 'rejected', error: { code: 'INVALID_INPUT', message: 'no', retryable: false } };
      case 'malformed':
        return first ? ({ kind: 'nonsense' } as unknown as Result) : completed(output);
      case 'hangOnce':
        return first ? undefined : completed(output);
      case 'killOnce':
        if (first && instance.endsWith('-0')) die();
        return completed(output);
      case 'lateOnce':
        // as its time is up, a moment sooner or later
        if (first) await pause(Date.parse(dispatch.deadline) - Date.now() + lateness(hashOf(`late ${flowId} ${taskId}`)));
        return completed(output);
      case 'handOn':
        return first && dispatch.kind !== 'handoff' ? handedOn(taskId, address.agent) : completed(output);
      case 'slow':
        await pause(2_000);
        return completed(output);
      case 'child':
      case 'greedyChild':
        return completed({ task: taskId, child: await this.child(address, dispatch, behaviour === 'child' ? 4 : 1_000) });
      default:
        return completed(output);
    }
  }

  /** Asks for a child flow, or finds the one that an earlier delivery of this attempt asked for, and waits for its end. */
  private async child({ tenant, flowId, taskId, attempt }: TaskAddress, { skill }: TaskDispatch, tasks: number): Promise<unknown> {
    const { bus } = this.parts;
    const id = `c-${createHash('sha256').update(`${flowId}/${taskId}/${attempt}`).digest('hex').slice(0, 40)}`;
    const definition = {
      name: 'child',
      budget: { time: '60s', tasks },
      steps: [{ id: 'c', skill, forEach: 'input.list', retry: { attempts: 2, initial: '10ms' }, timeout: '5s' }],
    };
    const payload = { definition, input: { list: [1, 2] }, parent: { flowId, taskId, attempt } };
    const message = createMessage({
      id: `${id}-m`,
      type: MESSAGE_TYPES.submit,
      from: bus.me,
      tenant,
      payload,
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    await bus.publishOnce('SUBMIT', subjects.submit(tenant, bus.me, id), JSON.stringify(message));
    // who waits gives its slot back: callers of their own skill must not wait for each other
    this.free();
    for (;;) {
      const outcome = await bus.last('FLOW', subjects.outcome(tenant, bus.me, id)).catch(() => undefined);
      if (outcome !== undefined) {
        this.busy++;
        return outcome.json<AgentMessage<{ state: string }>>().payload.state;
      }
      await pause(200);
    }
  }

  private async store({ tenant, agent, flowId, taskId, attempt }: TaskAddress, result: Result): Promise<void> {
    const { bus, instance } = this.parts;
    const time = new Date().toISOString();
    const payload = { ...result, instance, startedAt: time, endedAt: time };
    const message = createMessage({ type: MESSAGE_TYPES.result, from: agent, tenant, correlationId: flowId, payload });
    await bus.publishOnce('RESULT', subjects.result(tenant, agent, flowId, taskId, attempt), JSON.stringify(message));
  }
}

const handedOn = (taskId: string, agent: string): Result => ({
  kind: 'handoff',
  request: {
    fromAgent: agent,
    toAgent: AGENTS.find((name) => name !== agent)!,
    taskId,
    reason: 'NEEDS_SPECIALIST',
    context: { completedWork: 'half', remainingWork: 'half' },
  },
});

/** Half of them just in time, half after it. */
const lateness = (hash: number): number => (hash % 2 === 0 ? -(hash % 400) : hash % 2_500);
