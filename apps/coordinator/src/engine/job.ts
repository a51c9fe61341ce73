import type { Input } from '@waggle/flow';

/** An input of a flow and what becomes of it. */
export interface Job {
  readonly input: Input;
  /** Bytes of its message, for bounds. */
  readonly bytes: number;
  /** Comes from inside: whoever waits for it does not come again by itself. */
  readonly internal?: true;
  /** How often it has come, 1 the first time. */
  readonly deliveries: number;
  /** Its effects are stored. */
  done(): void;
  /** It must come again: after `delay` milliseconds where it comes from a queue. */
  again(delay: number, why: unknown): void;
}
