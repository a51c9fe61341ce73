import { createHash } from 'node:crypto';
import { StartRecord } from '@waggle/agent/starts';
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
import type { Beating } from './beating.js';
import { behaviourOf } from './behaviour.js';
import { askingResult, handedOn, handedOver } from './passing-on.js';
import { hashOf } from './random.js';

export interface AgentParts {
  bus: Bus;
  instance: string;
  seed: number;
  /** The task's effect on the world outside, by its idempotency key; `undoes`: the task whose effect it takes back. */
  effect: (key: string, undoes?: string) => void;
  /** Told of all that it takes, where registries hand back what the dead held. */
  beating?: Beating;
  /** It begins to work on what it was given; what is returned is called when it is done with it. */
  begins: (of: TaskAddress, given: { sequence: number; taken: number }) => () => void;
  /** The process dies of what it does. */
  die: (of: TaskAddress) => void;
}

const SLOTS = 6;
const TAKE = 10_000;
/** Older than this, a dispatch may have been called off before it came. */
const FRESH = 1_000;

/** Of a redelivered attempt, as the SDK counts them. */
export const MOST_STARTS = 3;

type Result = Pick<TaskResult, 'kind'> & Partial<TaskResult>;

const POISONED: Result = { kind: 'failed', error: { code: 'POISON', message: 'it never ended', retryable: false } };

const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

/** An agent in a few lines: takes, does what the seed says of the task, stores the result, acknowledges. */
export class SimAgent {
  private busy = 0;
  private sleeping: (() => void)[] = [];

  constructor(private readonly parts: AgentParts) {}

  async start(): Promise<void> {
    const { bus } = this.parts;
    const queues = await Promise.all(PRIORITIES.map((priority) => bus.queue('TASK', taskConsumer(bus.me, priority))));
    this.parts.beating?.start();
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
    const { beating, begins } = this.parts;
    const taken = Date.now();
    let ends = (): void => undefined;
    beating?.add(delivery, address);
    const beats = setInterval(() => delivery.working(), ackWait / 3);
    try {
      const message = delivery.json<AgentMessage<TaskDispatch>>();
      const old = Date.now() - Date.parse(message.createdAt) > FRESH;
      if ((old || delivery.deliveries > 1) && (await this.isOver(address))) return delivery.ack();
      const verdict = delivery.deliveries > 1 ? await this.startsOf(address).begin(MOST_STARTS) : 'start';
      if (verdict === 'others') return;
      ends = begins(address, { sequence: delivery.sequence, taken });
      const result = verdict === 'poison' ? POISONED : await this.resultOf(address, message.payload);
      if (result === undefined) return;
      await this.store(address, result);
      delivery.ack();
    } catch {
      delivery.nak();
    } finally {
      clearInterval(beats);
      beating?.remove(delivery);
      ends();
      this.free();
    }
  }

  private startsOf(address: TaskAddress): StartRecord {
    return new StartRecord(this.parts.bus, this.parts.instance, address);
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
    const output = { task: taskId, given: dispatch.input };
    const completed = (more: object = {}): Result => {
      const { of } = (dispatch.input ?? {}) as { of?: string };
      effect(`${flowId}/${taskId}`, of);
      return { kind: 'completed', output: { ...output, ...more } };
    };
    switch (behaviour) {
      case 'failAlways':
        return failed(true);
      case 'failFinally':
        return failed(false);
      case 'failOnce':
        return first ? failed(true) : completed();
      case 'reject':
        return { kind: 'rejected', error: { code: 'INVALID_INPUT', message: 'no', retryable: false } };
      case 'malformed':
        return first ? ({ kind: 'nonsense' } as unknown as Result) : completed();
      case 'hangOnce':
        return first ? undefined : completed();
      case 'killOnce':
        if (first && instance.endsWith('-0')) die(address);
        return completed();
      case 'killAlways':
        die(address);
        return undefined;
      case 'lateOnce':
        // as its time is up, a moment sooner or later
        if (first) await pause(Date.parse(dispatch.deadline) - Date.now() + lateness(hashOf(`late ${flowId} ${taskId}`)));
        return completed();
      case 'handOn':
        return first ? handedOn(address) : completed();
      case 'handOver':
        return first ? handedOver(address) : dispatch.kind === 'handoff' ? this.offered(address, completed) : completed();
      case 'ask':
        return first ? askingResult(address) : completed({ decision: dispatch.decision?.option ?? null });
      case 'slow':
        await pause(2_000);
        return completed();
      case 'child':
      case 'greedyChild':
        return completed({ child: await this.child(address, dispatch, behaviour === 'child' ? 4 : 1_000) });
      default:
        return completed();
    }
  }

  /** Takes what it is offered, says no, or does not look at it. */
  private async offered(address: TaskAddress, completed: () => Result): Promise<Result | undefined> {
    const { flowId, taskId } = address;
    const roll = hashOf(`offered ${flowId}/${taskId}`) % 10;
    if (roll < 2) return { kind: 'rejected', error: { code: 'INVALID_INPUT', message: 'not mine', retryable: false } };
    if (roll < 4) return undefined;
    await this.startsOf(address).accept();
    if (roll < 7) await pause(5_000);
    return completed();
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

/** Half of them just in time, half after it. */
const lateness = (hash: number): number => (hash % 2 === 0 ? -(hash % 400) : hash % 2_500);
