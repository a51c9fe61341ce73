import type { Bus, Manifest } from '@waggle/bus';
import {
  createMessage,
  MESSAGE_TYPES,
  newId,
  subjects,
  type AgentMessage,
  type Beat,
  type Outcome,
  type Priority,
  type TaskAbort,
  type TaskDispatch,
  type TaskResult,
  type TaskStart,
  taskConsumer,
} from '@waggle/protocol';
import { consumersOf } from '@waggle/bus/adapter';
import { createLog, Metrics, Presence } from '@waggle/service';
import { eventually, testBroker, type TestBroker } from '@waggle/testkit';
import { agentDefinition, agentManifest, AgentRuntime } from '../src/index.js';

export const WORKER = agentManifest('worker');
const COORDINATOR: Manifest = {
  name: 'coordinator',
  kind: 'core',
  publishes: ['task', 'abort', 'outcome', 'blob'],
  hears: ['progress'],
  folds: ['RESULT', 'SUBMIT'],
  rereads: ['RESULT', 'PROGRESS', 'BEAT', 'BLOB'],
  handsBack: true,
};

export interface Dispatch {
  skill?: string;
  input?: unknown;
  priority?: Priority;
  tenant?: string;
  flowId?: string;
  taskId?: string;
  attempt?: number;
  /** Milliseconds from now. */
  deadline?: number;
  /** What earlier attempts left. */
  left?: Pick<TaskDispatch, 'kind' | 'workState' | 'decision' | 'handoff' | 'delegated'>;
}

/** A broker as in production, with the test in the coordinator's place: it dispatches, aborts, and reads what agents wrote. */
export class Rig {
  private readonly stops: (() => Promise<void>)[] = [];
  /** The broker's ids of connections that it has closed. */
  private readonly closed = new Set<number>();

  private constructor(
    readonly broker: TestBroker,
    readonly bus: Bus,
  ) {}

  static async start(manifests: Manifest[] = []): Promise<Rig> {
    const broker = await testBroker({ secure: true, manifests: [COORDINATOR, WORKER, ...manifests] });
    const bus = await broker.busFor(COORDINATOR);
    const rig = new Rig(broker, bus);
    await bus.subscribe(subjects.left('>'), (message) => void rig.closed.add(message.json<{ client: { id: number } }>().client.id));
    return rig;
  }

  /** Starts an `@Agent` class without Nest. */
  async agent(instance: object, url = this.broker.url): Promise<{ runtime: AgentRuntime; bus: Bus; presence: Presence; instance: string }> {
    const name = newId();
    const bus = await this.broker.busFor(WORKER, { servers: url });
    const log = await createLog({ service: 'worker', instance: name, level: (process.env.LOG_LEVEL ?? 'silent') as 'silent' });
    const presence = new Presence({ bus, log, instance: name, version: '1.0.0' });
    const runtime = new AgentRuntime({
      bus,
      definition: agentDefinition(instance),
      instance: name,
      log,
      metrics: new Metrics('worker'),
      presence,
    });
    await runtime.start();
    // a busy machine may take longer than the second that a beat has
    await eventually(async () => (await presence.start(), true));
    this.stops.push(async () => {
      await runtime.stop(0);
      await presence.stop();
      await bus.close();
    });
    return { runtime, bus, presence, instance: name };
  }

  async dispatch(what: Dispatch = {}): Promise<{ flowId: string; taskId: string; attempt: number }> {
    const {
      skill = 'test.work',
      input = {},
      priority = 'normal',
      tenant = 'default',
      flowId = newId(),
      taskId = 't',
      attempt = 1,
      deadline = 60_000,
      left,
    } = what;
    const payload: TaskDispatch = {
      flowId,
      taskId,
      attempt,
      skill,
      input,
      owner: 'client',
      deadline: new Date(Date.now() + deadline).toISOString(),
      ...left,
    };
    const message = createMessage({
      type: MESSAGE_TYPES.task,
      from: 'coordinator',
      tenant,
      intent: 'request',
      priority,
      correlationId: flowId,
      payload,
    });
    await this.bus.publishOnce('TASK', subjects.task(tenant, 'worker', priority, flowId, taskId, attempt), JSON.stringify(message));
    return { flowId, taskId, attempt };
  }

  async abort(of: { flowId: string; taskId: string; attempt: number }, reason = 'canceled', grace?: number): Promise<void> {
    const payload: TaskAbort = { reason, ...(grace !== undefined && { grace }) };
    const message = createMessage({ type: MESSAGE_TYPES.abort, from: 'coordinator', tenant: 'default', payload });
    await this.bus.publish(subjects.abort('default', 'worker', of.flowId, of.taskId, of.attempt), JSON.stringify(message));
  }

  async resultOf(of: { flowId: string; taskId: string; attempt: number }): Promise<TaskResult | undefined> {
    const stored = await this.bus.last('RESULT', subjects.result('default', 'worker', of.flowId, of.taskId, of.attempt));
    return stored?.json<AgentMessage<TaskResult>>().payload;
  }

  /** Waits for it. */
  result(of: { flowId: string; taskId: string; attempt: number }, timeout = 20_000): Promise<TaskResult> {
    return eventually(() => this.resultOf(of), { timeout });
  }

  async results(): Promise<TaskResult[]> {
    const stored = await this.bus.read('RESULT', subjects.result('*', '*', '*', '*', '*'));
    return stored.map((message) => message.json<AgentMessage<TaskResult>>().payload);
  }

  async starts(of: { flowId: string; taskId: string; attempt: number }): Promise<number | undefined> {
    const stored = await this.bus.last('PROGRESS', subjects.start('default', 'worker', of.flowId, of.taskId, of.attempt));
    return stored?.json<AgentMessage<TaskStart>>().payload.starts;
  }

  /** What the registry does for an instance that died: hands back what its last beat says it held. */
  async handBack(instance: string): Promise<void> {
    for (const { priority, streamSequence, consumerSequence, deliveries } of (await this.beat(instance))?.held ?? []) {
      this.bus.handBack({ stream: 'TASK', consumer: taskConsumer('worker', priority), streamSequence, consumerSequence, deliveries });
    }
  }

  /** Waits until the broker has closed the connection of an instance that died, and gives it no more. */
  async gone(instance: string): Promise<void> {
    const { clientId } = (await this.beat(instance))!;
    await eventually(() => this.closed.has(clientId));
  }

  /** Of the worker's queues, in milliseconds, before it begins. */
  async setAckWait(millis: number): Promise<void> {
    const provisioner = await this.broker.busFor('provisioner');
    for (const settings of consumersOf(WORKER)) {
      const { stream, ...config } = { ...settings, ack_wait: millis * 1e6 };
      const subject = `$JS.API.CONSUMER.CREATE.${stream}.${config.durable_name}.${config.filter_subject}`;
      const answer = await provisioner.request(subject, JSON.stringify({ stream_name: stream, config, action: 'update' }));
      if ('error' in answer.json<object>()) throw new Error(answer.text());
    }
  }

  /** Tasks of a priority that the broker has given out. */
  async atWork(priority: Priority): Promise<number> {
    const provisioner = await this.broker.busFor('provisioner');
    return (await provisioner.backlog('TASK', taskConsumer('worker', priority))).atWork;
  }

  /** Waits until the instance's beats name so many held tasks. */
  async holds(instance: string, count: number): Promise<void> {
    await eventually(async () => (await this.beat(instance))?.held.length === count);
  }

  async end(of: { flowId: string; owner: string }, outcome: Partial<Outcome>): Promise<void> {
    const now = new Date().toISOString();
    const payload: Outcome = { flowId: of.flowId, state: 'COMPLETED', startedAt: now, endedAt: now, tasks: {}, cost: 0, ...outcome };
    const message = createMessage({ type: MESSAGE_TYPES.outcome, from: 'coordinator', tenant: 'default', payload });
    await this.bus.publishOnce('FLOW', subjects.outcome('default', of.owner, of.flowId), JSON.stringify(message));
  }

  async beat(instance: string): Promise<Beat | undefined> {
    const stored = await this.bus.last('BEAT', subjects.beat('worker', instance));
    return stored?.json<AgentMessage<Beat>>().payload;
  }

  /** Ends all agents of the test at once; the broker knows that they are gone. */
  async rest(): Promise<void> {
    await Promise.all(this.stops.splice(0).map((stop) => stop()));
  }
}
