import type { Delivery, Queue, Subscription } from '@waggle/bus';
import type { StreamName } from '@waggle/protocol';
import type { Asker, Life } from './asker.js';
import type { Clock } from './clock.js';
import type { ModelBroker } from './model-broker.js';
import type { Handed, ModelConsumer, Pull } from './model-consumer.js';
import { ModelDelivery, type Settler } from './model-delivery.js';
import type { Network } from './network.js';

/** A pull ends after so long; whoever still wants something asks again. */
const EXPIRES = 30_000;
/** How much later than asked the broker's word may come before a take ends without it. */
const GRACE = 1_000;

export interface QueueParts {
  broker: ModelBroker;
  consumer: ModelConsumer;
  network: Network;
  asker: Asker;
  /** The process's own. */
  clock: Clock;
  life: () => Life;
}

/** A durable pull consumer, as a process takes from it. */
export class ModelQueue implements Queue {
  readonly stream: StreamName;
  readonly consumer: string;
  readonly ackWait: number;
  private readonly standing = new Set<Pull>();
  private readonly onReset = new Set<() => void>();
  /** Counts connections. */
  private era = 0;

  constructor(private readonly parts: QueueParts) {
    const { settings, ackWait } = parts.consumer;
    this.stream = settings.stream;
    this.consumer = settings.durable_name;
    this.ackWait = ackWait;
  }

  take(max: number, { wait = 0, signal }: { wait?: number; signal?: AbortSignal } = {}): Promise<Delivery[]> {
    const { clock, life, broker } = this.parts;
    if (max < 1 || life() === 'closed' || signal?.aborted) return Promise.resolve([]);
    return new Promise((resolve) => {
      if (life() === 'gone') return;
      let open = true;
      let cancel = (): void => undefined;
      const finish = (got: Delivery[]): void => {
        if (!open) return;
        open = false;
        cancel();
        this.onReset.delete(lost);
        signal?.removeEventListener('abort', calledOff);
        resolve(got);
      };
      const lost = (): void => finish([]);
      const calledOff = (): void => finish([]);
      const pull: Pull = {
        left: max,
        once: true,
        hand: (handed) => {
          this.standing.delete(pull);
          this.toClient(handed, (deliveries) => {
            // nobody waits for them any more: others may have them
            if (!open) for (const delivery of deliveries) delivery.nak();
            else finish(deliveries);
          });
        },
      };
      this.onReset.add(lost);
      signal?.addEventListener('abort', calledOff, { once: true });
      cancel = clock.after(wait + GRACE, () => {
        this.callOff(pull);
        finish([]);
      });
      this.parts.network.toBroker('pull', () => {
        this.ask(pull);
        const end = (): void => {
          if (!this.callOff(pull)) return;
          this.parts.network.toClient('pull', () => finish([]));
        };
        if (wait > 0) broker.clock.after(Math.min(wait, EXPIRES), end);
        else end();
      });
    });
  }

  async consume(handler: (delivery: Delivery) => void, { maxInFlight }: { maxInFlight: number }): Promise<Subscription> {
    const { clock } = this.parts;
    const held = new Set<number>();
    let coming = 0;
    let pull: Pull | undefined;
    let stopped = false;
    let cancel = (): void => undefined;
    const renew = (): void => {
      if (pull) this.callOff(pull);
      coming = 0;
      fill();
    };
    const fill = (): void => {
      const free = maxInFlight - held.size - coming;
      if (stopped || free < 1 || (coming > 0 && free < maxInFlight / 2)) return;
      coming += free;
      const asked: Pull = { left: free, once: false, hand: (handed) => this.toClient(handed, (all) => all.forEach(receive), arriving) };
      pull = asked;
      cancel();
      cancel = clock.after(EXPIRES, renew);
      this.parts.network.toBroker('pull', () => {
        if (!stopped && pull === asked) this.ask(asked);
      });
    };
    const settled = (sequence: number): void => {
      if (held.delete(sequence)) fill();
    };
    const arriving = (): Partial<Settler> => {
      const { era } = this;
      return { settled, over: () => era !== this.era };
    };
    const receive = (delivery: Delivery): void => {
      if (stopped || this.parts.life() !== 'open') return;
      coming = Math.max(0, coming - 1);
      held.add(delivery.sequence);
      handler(delivery);
    };
    this.onReset.add(renew);
    fill();
    return {
      stop: async () => {
        stopped = true;
        cancel();
        this.onReset.delete(renew);
        if (pull) this.callOff(pull);
      },
    };
  }

  /** The connection broke: the broker has forgotten all pulls. */
  disconnected(): void {
    this.era++;
    for (const pull of [...this.standing]) this.callOff(pull);
  }

  reconnected(): void {
    for (const reset of [...this.onReset]) reset();
  }

  private ask(pull: Pull): void {
    if (this.parts.life() !== 'open') return;
    this.standing.add(pull);
    this.parts.consumer.pull(pull);
  }

  private callOff(pull: Pull): boolean {
    this.parts.consumer.callOff(pull);
    return this.standing.delete(pull);
  }

  private toClient(handed: Handed[], take: (deliveries: Delivery[]) => void, arriving?: () => Partial<Settler>): void {
    this.parts.network.toClient('delivery', () => {
      const settler: Settler = { ...this.settler, settled: () => undefined, ...arriving?.() };
      take(handed.map((one) => new ModelDelivery(this.stream, one, settler)));
    });
  }

  private readonly settler: Omit<Settler, 'settled'> = {
    say: (what, sequence, delay) => this.parts.network.toBroker('say', () => this.settle(what, sequence, delay)),
    confirm: (sequence) =>
      this.parts.asker
        .ask({
          timeout: 2_000,
          patience: Infinity,
          work: () => {
            this.settle('ack', sequence);
            return true;
          },
        })
        .catch(() => false),
  };

  private settle(what: 'ack' | 'nak' | 'term' | 'working', sequence: number, delay?: number): void {
    const { broker, consumer } = this.parts;
    if (what === 'ack' || what === 'term') broker.ack(this.stream, this.consumer, sequence);
    else if (what === 'nak') consumer.nak(sequence, delay);
    else consumer.working(sequence);
  }
}
