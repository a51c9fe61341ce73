import type { Bus, Delivery } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects, type Beat, type HeldTask, type TaskAddress } from '@waggle/protocol';

const EVERY = 1_000;
/** As agents do, only sooner: what is at work here is over in a moment. */
const TELL_AFTER = 10;

/** What an agent's process has at work, as its beats tell: a registry hands it back when the process dies. */
export class Beating {
  private readonly held = new Map<Delivery, HeldTask>();
  private n = 0;

  constructor(
    private readonly bus: Bus,
    private readonly instance: string,
  ) {}

  start(): void {
    setInterval(() => this.tell(), EVERY);
    this.tell();
  }

  add(delivery: Delivery, { tenant, priority, flowId, taskId, attempt }: TaskAddress): void {
    const { sequence, consumerSequence, deliveries } = delivery;
    this.held.set(delivery, { tenant, priority, streamSequence: sequence, consumerSequence, deliveries, flowId, taskId, attempt });
    setTimeout(() => this.held.has(delivery) && this.tell(), TELL_AFTER);
  }

  remove(delivery: Delivery): void {
    this.held.delete(delivery);
  }

  private tell(): void {
    const { bus, instance, held } = this;
    const payload: Beat = {
      name: bus.me,
      instance,
      n: this.n++,
      clientId: bus.connection.clientId,
      draining: false,
      slots: 8,
      busy: held.size,
      waiting: 0,
      completed: 0,
      failed: 0,
      workedMs: 0,
      memory: 0,
      held: [...held.values()],
    };
    const message = createMessage({ type: MESSAGE_TYPES.beat, from: bus.me, tenant: '_', payload });
    bus.emit(subjects.beat(bus.me, instance), JSON.stringify(message));
  }
}
