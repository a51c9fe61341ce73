import type { Delivery } from '../port.js';
import { Lane, type LaneContext, type PullStatus } from './lane.js';

/** Longest single pull: reply routes across an account border live for 40 s. */
const LONGEST = 30_000;
const HEARTBEAT = 5_000;
/** How much longer than asked an answer of the broker may take before the pull counts as lost. */
const GRACE = 1_000;
/** Longest wait for the broker's word that nothing more is there, once a first message came. */
const LINGER = 50;
/** Between pulls that the broker refused. */
const REFUSED = 100;

export interface TakeEvents {
  /** The broker answered the pull. */
  alive: () => void;
  /** The pull was refused, or nothing came of it. */
  refused: (why: string) => void;
}

/**
 * One taker's place at a queue: asks for exactly as many as are wanted, and has at most one pull under way.
 * Kept between takes, so a take costs one request and no subscription.
 */
export class TakeLane {
  private lane: Lane | undefined;
  private current: { pull: number; got: Delivery[]; max: number; finish: (how: 'done' | 'lost' | 'refused') => void } | undefined;
  private disconnects = 0;

  constructor(
    private readonly context: LaneContext,
    private readonly events: TakeEvents,
    private readonly online: () => boolean,
  ) {}

  /** The connection broke: the pull is gone with it. */
  disconnected(): void {
    this.disconnects++;
    this.current?.finish('lost');
  }

  async take(max: number, { wait, signal }: { wait: number; signal?: AbortSignal }): Promise<Delivery[]> {
    const until = performance.now() + wait;
    for (;;) {
      const left = Math.min(LONGEST, Math.max(0, until - performance.now()));
      if (signal?.aborted) return [];
      if (this.online()) {
        const { got, how } = await this.pull(max, { wait: left, signal });
        if (got.length > 0) return got;
        if (how === 'done' && performance.now() < until - REFUSED) continue;
        if (how === 'refused') this.events.refused('the pull was refused');
      }
      if (performance.now() >= until || signal?.aborted) return [];
      await pause(Math.min(REFUSED, until - performance.now()), signal);
    }
  }

  async leave(): Promise<void> {
    const { lane } = this;
    this.lane = undefined;
    this.current?.finish('lost');
    await lane?.leave();
  }

  private pull(max: number, { wait, signal }: { wait: number; signal?: AbortSignal }): Promise<{ got: Delivery[]; how: string }> {
    return new Promise((resolve) => {
      const lane = (this.lane ??= this.open());
      let silence: NodeJS.Timeout | undefined;
      const got: Delivery[] = [];
      const heartbeat = wait > 2 * HEARTBEAT ? HEARTBEAT : undefined;
      const finish = (how: 'done' | 'lost' | 'refused'): void => {
        clearTimeout(silence);
        signal?.removeEventListener('abort', aborted);
        this.current = undefined;
        // whatever of the pull is still open at the broker is ended with the lane
        if (how !== 'done') this.drop(lane);
        resolve({ got, how });
      };
      const aborted = (): void => finish('lost');
      const listen = (millis: number): void => {
        clearTimeout(silence);
        silence = setTimeout(() => {
          if (got.length === 0 && this.online()) this.events.refused('no answer to a pull');
          finish('lost');
        }, millis);
      };
      signal?.addEventListener('abort', aborted, { once: true });
      this.current = { pull: -1, got, max, finish };
      this.current.pull = lane.pull({ batch: max, noWait: true, expires: wait >= 1 ? wait : undefined, heartbeat });
      this.listenAgain = (linger) => listen(linger ? LINGER : heartbeat ? 2 * heartbeat + GRACE : wait + GRACE);
      this.listenAgain(false);
    });
  }

  private listenAgain: (linger: boolean) => void = () => undefined;

  private open(): Lane {
    const lane: Lane = new Lane(this.context, {
      delivery: (delivery) => this.delivered(delivery),
      status: (pull, status) => this.status(pull, status),
      closed: () => {
        if (this.lane === lane) this.lane = undefined;
        this.current?.finish('refused');
      },
    });
    return lane;
  }

  private drop(lane: Lane): void {
    if (this.lane === lane) this.lane = undefined;
    lane.leave().catch(() => undefined);
  }

  private delivered(delivery: Delivery): void {
    const { current } = this;
    // nobody waits for it any more: another may have it
    if (!current) return delivery.nak();
    this.events.alive();
    current.got.push(delivery);
    if (current.got.length >= current.max) current.finish('done');
    else this.listenAgain(true);
  }

  private status(pull: number, { code }: PullStatus): void {
    const { current } = this;
    if (current?.pull !== pull) return;
    if (code === 100) {
      this.events.alive();
      this.listenAgain(false);
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
    signal?.addEventListener('abort', end, { once: true });
  });
