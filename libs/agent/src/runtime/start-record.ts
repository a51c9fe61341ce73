import type { Bus } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects, type AgentMessage, type TaskStart } from '@waggle/protocol';
import type { AttemptAddress } from './aborts.js';

export type StartVerdict = 'start' | 'poison' | 'others';

/**
 * How often a redelivered attempt was started. Deliveries do not tell: handing back raises them and is no sign of poison.
 * First deliveries are not recorded, so the common case costs nothing.
 */
export class StartRecord {
  private mine?: { starts: number; sequence: number };

  constructor(
    private readonly bus: Bus,
    private readonly instance: string,
    private readonly address: AttemptAddress,
  ) {}

  /** Records one more start: `poison` when `limit` are recorded already, `others` when someone else just recorded one. */
  async begin(limit: number): Promise<StartVerdict> {
    const { starts, sequence } = await this.last();
    if (starts >= limit) return 'poison';
    return (await this.write(starts + 1, sequence)) ? 'start' : 'others';
  }

  /** Records the start of a first delivery that may be another's by now: `others` when somebody has recorded one. */
  async beginAlone(): Promise<StartVerdict> {
    const last = await this.last();
    return last.starts === 0 && (await this.write(1, last.sequence)) ? 'start' : 'others';
  }

  /** Says that an offer is taken, before work on it begins; counts as no start. */
  async accept(): Promise<void> {
    await this.publish(0, 0);
  }

  /** Takes the start back: the process stops and hands the task on, which says nothing about the task. */
  async undo(): Promise<void> {
    if (this.mine !== undefined) await this.write(this.mine.starts - 1, this.mine.sequence);
  }

  private async last(): Promise<{ starts: number; sequence: number }> {
    const last = await this.bus.last('PROGRESS', this.subject);
    if (last === undefined) return { starts: 0, sequence: 0 };
    return { starts: last.json<AgentMessage<TaskStart>>().payload.starts, sequence: last.sequence };
  }

  private async write(starts: number, expect: number): Promise<boolean> {
    const sequence = await this.publish(starts, expect);
    if (sequence === undefined) return false;
    this.mine = { starts, sequence };
    return true;
  }

  private async publish(starts: number, expect: number): Promise<number | undefined> {
    const payload: TaskStart = { starts, instance: this.instance };
    const { tenant, flowId } = this.address;
    const message = createMessage({ type: MESSAGE_TYPES.start, from: this.bus.me, tenant, correlationId: flowId, payload });
    const result = await this.bus.publish(this.subject, JSON.stringify(message), { expect });
    return result.status === 'conflict' ? undefined : result.sequence;
  }

  private get subject(): string {
    const { tenant, agent, flowId, taskId, attempt } = this.address;
    return subjects.start(tenant, agent, flowId, taskId, attempt);
  }
}
