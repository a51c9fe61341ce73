import type { Bus, Subscription } from '@waggle/bus';

/**
 * Something to wait on that is woken from outside: by a feed, by a connection that came back (what was said meanwhile
 * was not heard), by an aborted signal. Being woken says nothing: look again at what is stored.
 */
export class Wakes {
  private woken = false;
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

  /** Resolves at the next wake, at once when there was one since the last call, or after `most` milliseconds. */
  async next(most?: number): Promise<void> {
    if (!this.woken && !this.signal?.aborted) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.resume = resolve;
        if (most !== undefined) timer = setTimeout(resolve, most);
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
    this.resume();
  }
}
