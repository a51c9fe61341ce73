import { createLocks, fenceOf, type Lock, type Locks } from '@waggle/locks';
import { subjects } from '@waggle/protocol';
import { ModelBroker, type Kept } from '@waggle/testkit';
import { Random } from './random.js';
import { FAIR, SimProcess, type Weather } from './sim-process.js';
import { StoredHistory } from './stored-history.js';
import type { Violation } from './violation.js';
import { enterWorld } from './virtual-globals.js';
import { World } from './world.js';

const USERS = 3;
const UNTIL = 15_000;
const SCOPE = 'shelf';
const PLACE = { bucket: 'DIRECTORY', key: 'shelf' } as const;

/** Of a lock's record. */
interface Holding {
  held?: true;
  lease: number;
  at?: number;
  metadata: { turn: string };
}

const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

/** Some who take the same lock again and again, write under it, stand still, are cut off and die. */
export class LockWorld {
  readonly violations: Violation[] = [];
  private readonly world: World;
  private readonly random: Random;
  private readonly broker: ModelBroker;
  private readonly history: StoredHistory;
  private readonly weather: Weather;
  private readonly holding = new Map<SimProcess, Lock>();
  /** Of each turn the write by which it came to hold; those, where it was late and may have begun anew. */
  private readonly granted = new Map<string, number[]>();
  /** Who held by the write before, and until when. */
  private holders = new Map<string, number>();
  private fence = 0;
  private turns = 0;

  constructor(readonly seed: number) {
    this.world = new World(seed);
    this.random = new Random(`locks ${seed}`);
    const { random } = this;
    this.broker = new ModelBroker({ clock: this.world, random: () => random.next(), partitions: 1 });
    this.history = new StoredHistory(this.world, this.broker);
    const part = (most: number): number => (random.chance(0.4) ? random.between(0, most) : 0);
    this.weather = { ...FAIR, lostAsks: part(0.05), lostAnswers: part(0.1), lostDeliveries: part(0.1) };
    this.history.onStored = (_stream, message) => this.stored(message);
  }

  async run(): Promise<Violation[]> {
    enterWorld(this.world);
    for (let n = 0; n < USERS; n++) this.startUser(n);
    await this.world.run(() => this.violations.length > 0, UNTIL);
    for (const process of this.holding.keys()) process.kill();
    return this.violations;
  }

  private startUser(n: number): void {
    const { world, random, broker, history } = this;
    const process = new SimProcess(`user-${n}`, `user-${n}`, {
      world,
      broker,
      history,
      weather: () => this.weather,
      sending: () => undefined,
    });
    process.run(() => this.use(process, createLocks(process.bus, { tenant: 'default' })));
    world.after(random.between(500, UNTIL), () => {
      const millis = random.between(100, 4_000);
      const fate = random.of(['stall', 'cut', 'kill'] as const);
      if (fate !== 'kill') return process[fate](millis);
      process.kill();
      this.holding.delete(process);
      world.after(millis, () => this.startUser(n));
    });
  }

  private async use(process: SimProcess, locks: Locks): Promise<never> {
    for (;;) {
      const turn = `t${this.turns++}`;
      try {
        const lock = await locks.acquire(SCOPE, { ttl: this.random.whole(1, 2) * 1_000, wait: 5_000, metadata: { turn } });
        this.holding.set(process, lock);
        this.took(lock, turn);
        await lock.fenced(PLACE).write(turn);
        await pause(this.random.between(1, 1_500));
        await lock.release();
      } catch {
        // lost, fenced off, or not to be had
      }
      this.holding.delete(process);
      await pause(this.random.between(1, 300));
    }
  }

  private took(lock: Lock, turn: string): void {
    const since = this.granted.get(turn) ?? [];
    if (!since.includes(lock.token)) this.fail(`${turn} has the token ${lock.token}, and holds since ${since.join(' or ')}`);
    const holders = [...this.holding].filter(([, { held }]) => held).map(([{ name }]) => name);
    if (holders.length > 1) this.fail(`${holders.join(' and ')} hold it at once`);
  }

  private stored({ subject, sequence, time, body, headers }: Kept): void {
    if (subject === subjects.kvKey(PLACE.bucket, PLACE.key)) {
      const fence = fenceOf({ header: (name) => headers[name] });
      if (fence < this.fence) this.fail(`what ${this.fence} had written was written over under ${fence}`);
      this.fence = fence;
    }
    if (!subject.startsWith(subjects.kvKey('LOCKS', 'default.'))) return;
    const text = Buffer.from(body).toString('utf8');
    const { entries } = (text === '' ? { entries: [] } : JSON.parse(text)) as { entries: Holding[] };
    const held = entries.filter((entry) => entry.held);
    for (const { turn } of held.map(({ metadata }) => metadata)) {
      const until = this.holders.get(turn);
      if (until === undefined) this.granted.set(turn, [sequence]);
      else if (until <= time) this.granted.get(turn)!.push(sequence);
    }
    this.holders = new Map(held.map(({ metadata, lease, at = time }) => [metadata.turn, at + lease * 1_000]));
  }

  private fail(what: string): void {
    this.violations.push({ invariant: 'I7', flowId: `locks-${this.seed}`, at: this.world.elapsed, what });
  }
}
