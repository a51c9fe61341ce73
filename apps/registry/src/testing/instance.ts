import type { Bus, Delivery } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, newId, parseTaskSubject, subjects, type Beat, type HeldTask } from '@waggle/protocol';
import { scriptedCard } from '@waggle/testkit';

/** An agent's instance that says of itself what the test says. */
export class TestInstance {
  readonly id = newId();
  private n = 0;

  constructor(readonly bus: Bus) {}

  async join(skills: string[], load: Partial<Beat> = {}): Promise<void> {
    await this.say(MESSAGE_TYPES.card, subjects.card(this.bus.me, this.id), scriptedCard(this.bus.me, { skills, instance: this.id }));
    await this.beat(load);
  }

  async beat(load: Partial<Beat> = {}): Promise<void> {
    const { clientId } = this.bus.connection;
    const idle = { draining: false, slots: 8, busy: 0, waiting: 0, completed: 0, failed: 0, workedMs: 0, memory: 1, held: [] };
    await this.say(MESSAGE_TYPES.beat, subjects.beat(this.bus.me, this.id), {
      name: this.bus.me,
      instance: this.id,
      n: this.n++,
      clientId,
      ...idle,
      ...load,
    });
  }

  private async say(type: string, subject: string, payload: object): Promise<void> {
    await this.bus.publish(subject, JSON.stringify(createMessage({ type, from: this.bus.me, tenant: '_', payload })));
  }
}

/** A delivery as a beat names it. */
export const heldOf = (delivery: Delivery): HeldTask => {
  const { tenant, priority, flowId, taskId, attempt } = parseTaskSubject(delivery.subject);
  const { sequence, consumerSequence, deliveries } = delivery;
  return { tenant, priority, streamSequence: sequence, consumerSequence, deliveries, flowId, taskId, attempt };
};
