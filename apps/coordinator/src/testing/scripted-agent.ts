import type { Bus, Delivery } from '@waggle/bus';
import {
  createMessage,
  MESSAGE_TYPES,
  parseTaskSubject,
  PRIORITIES,
  subjects,
  taskConsumer,
  type AgentMessage,
  type DirectoryOffer,
  type TaskAddress,
  type TaskDispatch,
  type TaskResult,
} from '@waggle/protocol';

export interface Attempted {
  address: TaskAddress;
  task: TaskDispatch;
}

/** What an attempt ends in; undefined: nothing yet, the test says it later. */
export type Script = (attempted: Attempted) => Partial<TaskResult> | undefined | Promise<Partial<TaskResult> | undefined>;

/** An agent that does what the test says: takes tasks of its queues, stores results, acknowledges. */
export class ScriptedAgent {
  readonly taken: Attempted[] = [];
  private readonly stops: (() => Promise<void>)[] = [];

  private constructor(
    private readonly bus: Bus,
    private readonly script: Script,
  ) {}

  static async start(bus: Bus, script: Script = () => ({ output: { ok: true } })): Promise<ScriptedAgent> {
    const agent = new ScriptedAgent(bus, script);
    for (const priority of PRIORITIES) {
      const queue = await bus.queue('TASK', taskConsumer(bus.me, priority));
      const taking = await queue.consume((delivery) => void agent.work(delivery), { maxInFlight: 256 });
      agent.stops.push(() => taking.stop());
    }
    return agent;
  }

  async answer({ address, task }: Attempted, result: Partial<TaskResult>): Promise<void> {
    const now = new Date().toISOString();
    const payload: TaskResult = { kind: 'completed', instance: 'scripted', startedAt: now, endedAt: now, ...result };
    const { tenant, agent, flowId, taskId, attempt } = address;
    const id = `${flowId}.${taskId}.${attempt}`;
    const message = createMessage({ id, type: MESSAGE_TYPES.result, from: agent, tenant, correlationId: task.flowId, payload });
    await this.bus.publishOnce('RESULT', subjects.result(tenant, agent, flowId, taskId, attempt), JSON.stringify(message));
  }

  async stop(): Promise<void> {
    await Promise.all(this.stops.map((stop) => stop()));
  }

  private async work(delivery: Delivery): Promise<void> {
    const attempted = { address: parseTaskSubject(delivery.subject), task: delivery.json<AgentMessage<TaskDispatch>>().payload };
    this.taken.push(attempted);
    const result = await this.script(attempted);
    if (result !== undefined) await this.answer(attempted, result);
    delivery.ack();
  }
}

/** Writes to DIRECTORY, as the registry does, who offers skills. */
export const offer = async (bus: Bus, skill: string, offers: Partial<DirectoryOffer>[]): Promise<void> => {
  const full = offers.map((given) => ({
    agent: 'worker',
    instances: 1,
    slots: 64,
    freeSlots: 64,
    priority: 0,
    timeout: 30_000,
    successRate: 1,
    meanMs: 0,
    ...given,
  }));
  await bus.bucket('DIRECTORY').put(`skill.${skill.replaceAll('.', '~')}`, JSON.stringify({ skill, offers: full }));
};
