import { Injectable } from '@nestjs/common';
import type { Input } from '@waggle/flow';
import { Company } from '@waggle/service';
import { FairQueue, type Waiting } from '../domain/fair-queue.js';
import { textOf, type FlowKey } from '../domain/flow-key.js';
import type { Job } from './job.js';

/** What is decided together: a transition must stay well below what the broker takes. */
const BATCH_JOBS = 500;
const BATCH_BYTES = 4 * 1024 * 1024;
/** Flows at work at once: more would only wait for the broker together, and keep others' from their turn. */
const WIDTH = 64;
/** Of one tenant, while there are others: in each turn of the event loop theirs stand behind so many at most. */
const SHARED_WIDTH = 8;
/** Milliseconds since its last input for which a tenant counts. */
const LATELY = 5_000;

export type Worker = (key: FlowKey, jobs: Job[]) => Promise<void>;

interface Lane {
  key: FlowKey;
  /** Of what began it. */
  speaker: string;
  waiting: Job[];
  begun: boolean;
}

/**
 * Many flows at once, one flow's inputs one after another: what arrives for a flow while it is at work waits and is then
 * taken together. Where many flows have something to do, tenants take turns, and within each those who speak; and none has more than a few at work at once
 * while there are others. Bounded by what the partitions let in.
 */
@Injectable()
export class Lanes {
  private readonly lanes = new Map<string, Lane>();
  private readonly queue = new FairQueue<Lane>();
  private readonly company = new Company(LATELY);
  /** Flows at work, and of whom. */
  private atWork = 0;
  private readonly atWorkOf = new Map<string, number>();
  private worker: Worker = () => Promise.reject(new Error('no worker'));
  private idle: (() => void)[] = [];

  /** Who works on a flow's jobs; it settles each and never throws. */
  serve(worker: Worker): void {
    this.worker = worker;
  }

  put(key: FlowKey, job: Job): void {
    const text = textOf(key);
    const lane = this.lanes.get(text) ?? { key, speaker: speakerOf(job.input), waiting: [], begun: false };
    lane.waiting.push(job);
    if (lane.begun) return;
    this.company.seen(key.tenant, performance.now());
    // somebody at work waits for what comes from inside: it must not wait for a turn of theirs
    if (job.internal || this.mayBegin(key.tenant)) this.begin(text, lane);
    else if (!this.lanes.has(text)) this.queue.put(placeOf(lane), lane);
    this.lanes.set(text, lane);
  }

  /** Takes back what waits behind what is at work. */
  takeWaiting(): Job[] {
    return [...this.lanes.values()].flatMap((lane) => lane.waiting.splice(0));
  }

  /** Resolves when nothing is at work. */
  async settled(): Promise<void> {
    if (this.lanes.size === 0) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private mayBegin(tenant: string): boolean {
    if (this.atWork >= WIDTH) return false;
    return (this.atWorkOf.get(tenant) ?? 0) < SHARED_WIDTH || this.company.isAlone(tenant, performance.now());
  }

  private begin(text: string, lane: Lane): void {
    const { tenant } = lane.key;
    this.queue.remove(placeOf(lane), lane);
    lane.begun = true;
    this.atWork++;
    this.atWorkOf.set(tenant, (this.atWorkOf.get(tenant) ?? 0) + 1);
    void this.run(text, lane);
  }

  private async run(text: string, lane: Lane): Promise<void> {
    // what was delivered in the same turn is decided together
    await Promise.resolve();
    while (lane.waiting.length > 0) await this.worker(lane.key, nextBatch(lane.waiting));
    this.lanes.delete(text);
    this.ended(lane.key.tenant);
    // more than one where a tenant is alone again
    for (let next = this.next(); next !== undefined; next = this.next()) this.begin(textOf(next.key), next);
    if (this.lanes.size > 0) return;
    for (const resolve of this.idle.splice(0)) resolve();
  }

  private next(): Lane | undefined {
    return this.atWork < WIDTH ? this.queue.take((tenant) => this.mayBegin(tenant)) : undefined;
  }

  private ended(tenant: string): void {
    this.atWork--;
    const left = this.atWorkOf.get(tenant)! - 1;
    if (left > 0) this.atWorkOf.set(tenant, left);
    else this.atWorkOf.delete(tenant);
  }
}

const placeOf = ({ key, speaker }: Lane): Waiting => ({ whose: key.tenant, speaker });

/** Who is to have a turn with an input; what comes from inside waits for nobody. */
const speakerOf = (input: Input): string => {
  switch (input.kind) {
    case 'submit':
      return input.owner;
    case 'signal':
      return input.speaker;
    case 'result':
      return input.agent;
    case 'answer':
      return input.who;
    default:
      return '';
  }
};

const nextBatch = (waiting: Job[]): Job[] => {
  let bytes = 0;
  let count = 0;
  while (count < waiting.length && count < BATCH_JOBS && (count === 0 || bytes + waiting[count]!.bytes <= BATCH_BYTES)) {
    bytes += waiting[count++]!.bytes;
  }
  return waiting.splice(0, count);
};
