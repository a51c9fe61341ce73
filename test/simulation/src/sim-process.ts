import { ModelBus, type Cargo, type ModelBroker, type ModelStream, type Network } from '@waggle/testkit';
import type { Owner } from './event-heap.js';
import type { World } from './world.js';

/** What may go wrong on the way to the broker and back: parts of all messages. */
export interface Weather {
  lostAsks: number;
  lostAnswers: number;
  lostSays: number;
  lostDeliveries: number;
  /** Reads that are not the leader's and see the stream as it was. */
  staleReads: number;
  /** Milliseconds that they may be behind. */
  staleness: number;
}

export const FAIR: Weather = { lostAsks: 0, lostAnswers: 0, lostSays: 0, lostDeliveries: 0, staleReads: 0, staleness: 0 };

/** Knows how long a stream was at a time. */
export interface StreamHistory {
  sequenceAt(stream: string, time: number): number;
}

export type Death = 'before' | 'after';

export interface ProcessParts {
  world: World;
  broker: ModelBroker;
  history: StreamHistory;
  weather: () => Weather;
  /** Told whose message the broker is about to work on. */
  sending: (process: SimProcess) => void;
  /** Asked at every message that crosses: whether the process is killed there, and on which side of it. */
  crossing?: (process: SimProcess) => Death | undefined;
}

/** A process: its connection, and what can happen to it. */
export class SimProcess implements Owner, Network {
  dead = false;
  stalledUntil = 0;
  /** When the last fault of this process was over. */
  disturbedUntil = 0;
  readonly bus: ModelBus;
  private cutUntil = 0;
  /** Which connection it is for the broker, and which one for this process. */
  private line = 0;
  private knownLine = 0;
  private lastToBroker = 0;
  private lastToClient = 0;

  constructor(
    readonly name: string,
    me: string,
    private readonly parts: ProcessParts,
  ) {
    this.bus = new ModelBus(parts.broker, me, {
      network: this,
      clock: { now: () => parts.world.now(), after: (millis, work) => parts.world.after(millis, work, this) },
      staleness: (stream) => this.seenOf(stream),
    });
  }

  /** Runs code as this process. */
  run(work: () => unknown): void {
    this.parts.world.after(0, () => void work(), this);
  }

  kill(): void {
    this.dead = true;
    this.bus.vanish();
  }

  stall(millis: number): void {
    this.stalledUntil = this.parts.world.now() + millis;
    this.disturbedUntil = Math.max(this.disturbedUntil, this.stalledUntil);
  }

  /** Nothing gets through, then all is as before. */
  cut(millis: number): void {
    const { world } = this.parts;
    this.cutUntil = world.now() + millis;
    this.disturbedUntil = Math.max(this.disturbedUntil, this.cutUntil);
    this.run(() => this.bus.disconnect());
    world.after(
      millis,
      () => {
        if (world.now() < this.cutUntil) return;
        this.knownLine = this.line;
        this.bus.reconnect();
      },
      this,
    );
  }

  /** As `cut`, but what is under way is lost with the connection. */
  breakOff(millis: number): void {
    this.line++;
    this.cut(millis);
  }

  toBroker(cargo: Cargo, work: () => void): void {
    const { line } = this;
    const { world } = this.parts;
    const death = this.dead ? undefined : this.parts.crossing?.(this);
    if (death === 'before') this.kill();
    if (this.isLost(cargo)) return;
    const at = Math.max(world.now() + world.random.latency(), cargo === 'ask' ? 0 : this.lastToBroker);
    if (cargo !== 'ask') this.lastToBroker = at;
    world.after(at - world.now(), () => {
      if (line !== this.line) return;
      this.parts.sending(this);
      work();
    });
    if (death === 'after') this.kill();
  }

  toClient(cargo: Cargo, work: () => void): void {
    const { line } = this;
    const { world } = this.parts;
    const death = this.dead ? undefined : this.parts.crossing?.(this);
    if (death === 'before') this.kill();
    if (this.isLost(cargo)) return;
    const at = Math.max(world.now() + world.random.latency(), cargo === 'answer' ? 0 : this.lastToClient);
    if (cargo !== 'answer') this.lastToClient = at;
    const arrive = (): void => {
      if (line === this.line) work();
    };
    world.after(at - world.now(), arrive, this);
    if (death === 'after') this.kill();
  }

  private isLost(cargo: Cargo): boolean {
    const { world } = this.parts;
    if (this.dead || this.cutUntil > world.now() || this.line !== this.knownLine) return true;
    const { lostAsks, lostAnswers, lostSays, lostDeliveries } = this.parts.weather();
    const part = { ask: lostAsks, answer: lostAnswers, say: lostSays, delivery: lostDeliveries, live: lostDeliveries, pull: 0 }[cargo];
    return part > 0 && world.random.chance(part);
  }

  private seenOf({ name }: ModelStream): number {
    const { world, history } = this.parts;
    const { staleReads, staleness } = this.parts.weather();
    if (staleReads === 0 || !world.random.chance(staleReads)) return Infinity;
    return history.sequenceAt(name, world.now() - world.random.between(0, staleness));
  }
}
