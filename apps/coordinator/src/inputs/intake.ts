import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Delivery, StoredMessage } from '@waggle/bus';
import type { Origin } from '@waggle/flow';
import { inputSubjectOf, parseInputSubject, type InputAddress, type StreamName } from '@waggle/protocol';
import { COORDINATOR_CONFIG, type CoordinatorConfig } from '../coordinator-config.js';
import { readInput, type Received } from '../domain/read-input.js';
import { Lanes } from '../engine/lanes.js';
import { Arrival } from './arrival.js';
import { Nameless } from './nameless.js';
import { SourcePositions } from './source-positions.js';
import { Strays } from './strays.js';

/**
 * Inputs from the broker's delivery to their acknowledgement: kept alive while they wait or are at work, and known by
 * their origin, so that one that is delivered again meanwhile is not taken twice.
 */
@Injectable()
export class Intake implements OnModuleDestroy {
  private readonly held = new Map<string, Arrival>();
  private keeper?: NodeJS.Timeout;
  private keepEvery = Infinity;

  constructor(
    private readonly lanes: Lanes,
    private readonly strays: Strays,
    private readonly nameless: Nameless,
    private readonly positions: SourcePositions,
    @Inject(COORDINATOR_CONFIG) private readonly config: CoordinatorConfig,
  ) {}

  /** `ackWait`: milliseconds after which the broker gives an input to another unless it is told that this one is at work on it. */
  take(delivery: Delivery, ackWait: number): void {
    const origin = delivery.origin ?? { stream: 'INPUT', sequence: delivery.sequence };
    this.positions.came(origin);
    const text = textOf(origin);
    const known = this.held.get(text);
    if (known !== undefined) return known.deliveredAgain(delivery);
    const arrival = new Arrival(delivery, () => this.held.delete(text));
    this.held.set(text, arrival);
    this.keepAlive(ackWait / 4);
    const address = parseInputSubject(delivery.subject);
    if (address === undefined) return this.nameless.settle(delivery.subject, delivery.time, arrival);
    this.route(address, arrival, { origin, body: delivery.body, time: delivery.time, traceparent: delivery.header('traceparent') });
  }

  /**
   * An input read from its source, for INPUT does not bring it. Resolves to whether it was dealt with: if not, it is to be
   * read again. INPUT will bring it too, some time, and its origin says that it is the same.
   */
  takeStored(stream: StreamName, message: StoredMessage): Promise<boolean> {
    const origin = { stream, sequence: message.sequence };
    const subject = inputSubjectOf(message.subject);
    if (subject === undefined) return Promise.resolve(true);
    const address = parseInputSubject(subject);
    const known = this.held.get(textOf(origin));
    // handed back, it need not come again: INPUT may have forgotten it
    if (known !== undefined) return known.end();
    const { body, time } = message;
    return new Promise((resolve) => {
      const job = { deliveries: 2, done: () => resolve(true), again: () => resolve(false) };
      if (address === undefined) return this.nameless.settle(subject, time, job);
      if (address.kind === 'event') return this.strays.settle(address, { origin, body, late: time }, { arrival: job });
      const { input } = readInput({ origin, address, body, time, traceparent: message.header('traceparent') }, this.config.operators);
      // what nobody can be answered about waits for INPUT
      if (input === undefined) return resolve(true);
      this.lanes.put({ tenant: address.tenant, flowId: address.flowId }, { input, bytes: body.length, ...job });
    });
  }

  /** Everything held, at work or waiting. */
  get size(): number {
    return this.held.size;
  }

  onModuleDestroy(): void {
    clearInterval(this.keeper);
  }

  private route(address: InputAddress, arrival: Arrival, received: Omit<Received, 'address'>): void {
    if (address.kind === 'event') {
      this.strays.settle(address, received, { arrival });
      return;
    }
    const read = readInput({ ...received, address }, this.config.operators);
    if (read.input === undefined) return this.strays.settle(address, received, { arrival, problems: read.problems });
    this.lanes.put({ tenant: address.tenant, flowId: address.flowId }, arrival.asJob(read.input));
  }

  /** One timer for all: told at a quarter of the ack wait, an input is heard of at half of it at the latest. */
  private keepAlive(every: number): void {
    if (every >= this.keepEvery) return;
    clearInterval(this.keeper);
    this.keepEvery = every;
    this.keeper = setInterval(() => {
      const before = performance.now() - every;
      for (const arrival of this.held.values()) arrival.keep(before);
    }, every);
    this.keeper.unref();
  }
}

const textOf = ({ stream, sequence }: Origin): string => `${stream}:${sequence}`;
