import { LOOK_AGAIN, type Bus, type Subscription } from '@waggle/bus';

/**
 * Something to wait on that is woken from outside: by a feed, by a connection that came back (what was said meanwhile
 * was not heard), by an aborted signal. Being woken says nothing: look again at what is stored.
 */
export class Wakes {
  private woken = false;
  /** Looks in vain since the last wake. */
  private looks = LOOK_AGAIN.length;
  private resume: () => void = () => undefined;
  private readonly undo: (() => unknown)[] = [];

  private constructor(private readonly signal?: AbortSignal) {}

  /** `listen` subscribes and is given what to call at news; `gap` is told when some may have been missed. */
  static async on(
    bus: Bus,
    listen: (wake: () => void) => Promise<Subscription>,
    { signal, gap }: { signal?: AbortSignal; gap?: () => void } = {},
  ): Promise<Wakes> {
    const wakes = new Wakes(signal);
    const call = (): void => wakes.wake();
    signal?.addEventListener('abort', call, { once: true });
    let ready = true;
    const stopHealth = bus.onHealth((health) => {
      if (health.ready && !ready) {
        gap?.();
        call();
      }
      ready = health.ready;
    });
    wakes.undo.push(() => signal?.removeEventListener('abort', call), stopHealth);
    try {
      const subscription = await listen(call);
      wakes.undo.push(() => subscription.stop());
    } catch (error) {
      await wakes.stop();
      throw error;
    }
    return wakes;
  }

  /**
   * Resolves at the next wake, at once when there was one since the last call, or after `most` milliseconds. `inVain`: what
   * was read after the last one was no news, so it is to be looked for again soon.
   */
  async next(most?: number, inVain = false): Promise<void> {
    if (!this.woken && !this.signal?.aborted) {
      if (!inVain) this.looks = LOOK_AGAIN.length;
      const wait = LOOK_AGAIN[this.looks++] ?? most;
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.resume = resolve;
        if (wait !== undefined) timer = setTimeout(resolve, wait);
      });
      clearTimeout(timer);
    }
    this.woken = false;
  }

  async stop(): Promise<void> {
    await Promise.all(this.undo.splice(0).map((undo) => undo()));
  }

  wake(): void {
    this.woken = true;
    this.looks = 0;
    this.resume();
  }
}
