import { setTimeout as delay } from 'node:timers/promises';

/** One life of a service. */
export interface Life {
  pid?: number;
  /** Resolves when it is over, with what it says of why. */
  over: Promise<string>;
  stop(): Promise<void>;
}

export interface SupervisorEvents {
  /** It is up: for the first time, or again. */
  onUp?: (pid: number | undefined, again: boolean) => void;
  /** It ended by itself and is started again after `wait` milliseconds. */
  onDown?: (why: string, wait: number) => void;
}

const FIRST_WAIT = 100;
const LONGEST_WAIT = 10_000;
/** Having lived this long, its next end counts as the first. */
const STEADY = 10_000;

/** Keeps a service alive: a life that ends by itself is followed by another, ever later, until it is stopped. */
export class Supervisor {
  #life?: Life;
  #stopped = new AbortController();
  #wait = FIRST_WAIT;
  #starting?: Promise<void>;
  #watching?: Promise<void>;

  constructor(
    readonly name: string,
    private readonly begin: (signal: AbortSignal) => Promise<Life>,
    private readonly events: SupervisorEvents = {},
  ) {}

  get pid(): number | undefined {
    return this.#life?.pid;
  }

  /** Resolves once it is up for the first time; rejects when that fails. */
  start(): Promise<void> {
    this.#starting = this.#begin();
    return this.#starting;
  }

  /** Graceful; the life's own bound holds. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#starting?.catch(() => undefined);
    await this.#life?.stop();
    await this.#watching;
  }

  /** Another life takes over: it is up before the one there is ends, so that the service is never away. */
  async replace(): Promise<void> {
    const before = this.#life;
    // it is being started just now, with what there is now
    if (before === undefined || this.#stopped.signal.aborted) return;
    const next = await this.begin(this.#stopped.signal);
    if (this.#life !== before || this.#stopped.signal.aborted) return next.stop();
    this.#life = next;
    this.events.onUp?.(next.pid, true);
    await before.stop();
  }

  async #begin(): Promise<void> {
    const life = await this.begin(this.#stopped.signal);
    this.#life = life;
    if (this.#stopped.signal.aborted) return;
    this.events.onUp?.(life.pid, false);
    this.#watching = this.#watch(life);
  }

  async #watch(first: Life): Promise<void> {
    const { signal } = this.#stopped;
    for (let life = first; ;) {
      const born = performance.now();
      const why = await life.over;
      if (signal.aborted) return;
      if (this.#life !== undefined && this.#life !== life) {
        life = this.#life;
        continue;
      }
      if (performance.now() - born > STEADY) this.#wait = FIRST_WAIT;
      const next = await this.#again(why);
      if (next === undefined) return;
      life = next;
    }
  }

  async #again(because: string): Promise<Life | undefined> {
    const { signal } = this.#stopped;
    for (let why = because; !signal.aborted;) {
      this.#life = undefined;
      this.events.onDown?.(why, this.#wait);
      await delay(this.#wait, undefined, { signal }).catch(() => undefined);
      this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
      if (signal.aborted) return undefined;
      try {
        const life = await this.begin(signal);
        this.#life = life;
        if (signal.aborted) await life.stop();
        else this.events.onUp?.(life.pid, true);
        return life;
      } catch (error) {
        why = (error as Error).message;
      }
    }
    return undefined;
  }
}
