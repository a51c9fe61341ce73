import type { Delivery } from '../port.js';
import { afterSilence } from './after-silence.js';
import { Lane, type LaneContext, type PullStatus } from './lane.js';

/** Longest single pull: reply routes across an account border live for 40 s. */
const LONGEST = 30_000;
const HEARTBEAT = 2_500;
/** How much longer than asked an answer of the broker may take before the pull counts as lost. */
const GRACE = 1_000;
/**
 * Longest wait for the broker's word that nothing more is there, once a first message came. It comes at once, unless it is
 * lost: what comes after this goes back to the queue, also where the way is slow.
 */
const LINGER = 500;
/** Between pulls that the broker refused. */
const REFUSED = 100;

export interface TakeEvents {
  /** `performance.now()` before which nothing is asked, for what was asked last was refused. */
  notBefore: () => number;
  /** The broker answered the pull. */
  alive: () => void;
  /** The pull was refused, or nothing came of it. */
  refused: (why: string) => void;
}

interface Taking {
  pull: number;
  got: Delivery[];
  max: number;
  finish: (how: End) => void;
  /** It is silent from now on, for so many milliseconds at most. */
  listen: (millis: number) => void;
}

type End = 'done' | 'called-off' | 'lost' | 'refused';

interface Standing {
  pull: number;
  /** `performance.now()` when the broker ends it. */
  until: number;
  /** Milliseconds of silence, from now on, after which it counts as lost. */
  patience: (now: number) => number;
}

/**
 * One taker's place at a queue: asks for exactly as many as are wanted, and has at most one pull under way.
 * Kept between takes, so a take costs one request and no subscription.
 *
 * A pull cannot be taken back: leaving its inbox while the broker hands a message out loses that delivery until the
 * queue's ack wait is over. So a pull that is called off goes on standing: the next take waits on it, and what it brings
 * while nobody waits goes back to the queue at once.
 */
export class TakeLane {
  private lane: Lane | undefined;
  private current: Taking | undefined;
  /** The waiting pull that has brought nothing and that the broker has not ended. */
  private standing: Standing | undefined;

  constructor(
    private readonly context: LaneContext,
    private readonly events: TakeEvents,
    private readonly online: () => boolean,
  ) {}

  /** Whether a pull stands here that was called off: for a take that waits to go on with. */
  get waits(): boolean {
    return this.standing !== undefined && this.standing.until > performance.now();
  }

  /** The connection broke: the pull is gone with it. */
  disconnected(): void {
    this.standing = undefined;
    this.current?.finish('lost');
  }

  async take(max: number, { wait, signal }: { wait: number; signal?: AbortSignal }): Promise<Delivery[]> {
    const until = performance.now() + wait;
    for (;;) {
      const left = Math.min(LONGEST, Math.max(0, until - performance.now()));
      if (signal?.aborted) return [];
      if (this.online() && performance.now() >= this.events.notBefore()) {
        const { got, how } = await this.pull(max, { wait: left, signal });
        if (got.length > 0 || how === 'called-off') return got;
        if (how === 'done' && performance.now() < until - REFUSED) continue;
        if (how === 'refused') this.events.refused('the pull was refused');
      }
      if (performance.now() >= until || signal?.aborted) return [];
      await pause(Math.min(REFUSED, until - performance.now()), signal);
    }
  }

  async leave(): Promise<void> {
    const { lane } = this;
    this.lane = this.standing = undefined;
    this.current?.finish('lost');
    await lane?.leave();
  }

  private pull(max: number, { wait, signal }: { wait: number; signal?: AbortSignal }): Promise<{ got: Delivery[]; how: End }> {
    return new Promise((resolve) => {
      const lane = (this.lane ??= this.open());
      const got: Delivery[] = [];
      let stopListening: (() => void) | undefined;
      const finish = (how: End): void => {
        stopListening?.();
        clearTimeout(limit);
        signal?.removeEventListener('abort', calledOff);
        this.current = undefined;
        if (how === 'lost' || how === 'refused') this.drop(lane);
        resolve({ got, how });
      };
      const calledOff = (): void => finish('called-off');
      const listen = (millis: number): void => {
        stopListening?.();
        stopListening = afterSilence(millis, () => {
          // the broker ends a pull that has brought something; should its word not come, nothing is lost
          if (got.length > 0) return finish('done');
          if (this.online()) this.events.refused('no answer to a pull');
          finish('lost');
        });
      };
      signal?.addEventListener('abort', calledOff, { once: true });
      const goesOn = wait >= 1 && this.waits;
      const limit = goesOn ? setTimeout(calledOff, wait) : undefined;
      this.current = { pull: -1, got, max, finish, listen };
      this.current.pull = goesOn ? this.standing!.pull : this.ask(lane, max, wait);
      listen(this.standing?.patience(performance.now()) ?? GRACE);
    });
  }

  private ask(lane: Lane, max: number, wait: number): number {
    const heartbeat = wait > 2 * HEARTBEAT ? HEARTBEAT : undefined;
    const pull = lane.pull({ batch: max, noWait: true, expires: wait >= 1 ? wait : undefined, heartbeat });
    const until = performance.now() + wait;
    const patience = (now: number): number => (heartbeat === undefined ? Math.max(0, until - now) : 2 * heartbeat) + GRACE;
    this.standing = wait >= 1 ? { pull, until, patience } : undefined;
    return pull;
  }

  private open(): Lane {
    const lane: Lane = new Lane(this.context, {
      delivery: (delivery) => this.delivered(delivery),
      status: (pull, status) => this.status(pull, status),
      closed: () => {
        if (this.lane === lane) this.lane = this.standing = undefined;
        this.current?.finish('refused');
      },
    });
    return lane;
  }

  private drop(lane: Lane): void {
    if (this.lane === lane) this.lane = this.standing = undefined;
    lane.leave().catch(() => undefined);
  }

  private delivered(delivery: Delivery): void {
    const { current } = this;
    this.standing = undefined;
    // nobody waits for it any more: another may have it
    if (!current) return delivery.nak();
    this.events.alive();
    current.got.push(delivery);
    if (current.got.length >= current.max) current.finish('done');
    else current.listen(LINGER);
  }

  private status(pull: number, { code }: PullStatus): void {
    const { current, standing } = this;
    if (code !== 100 && standing?.pull === pull) this.standing = undefined;
    if (current?.pull !== pull) return;
    if (code === 100) {
      this.events.alive();
      current.listen(standing?.patience(performance.now()) ?? GRACE);
    } else if (code === 404 || code === 408) {
      this.events.alive();
      current.finish('done');
    } else {
      current.finish('refused');
    }
  }
}

const pause = (millis: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(0, millis));
    // a connection that is closed for good keeps no process alive
    timer.unref();
    signal?.addEventListener('abort', end, { once: true });
  });
