import type { Bus } from '@waggle/bus';
import { WaggleError } from '@waggle/protocol';
import type { Claim } from './claim.js';
import { Fenced, type FencedPlace } from './fenced.js';
import { scopeOf, type Scope } from './scope.js';

/** A scope, and the claim that holds it. */
export interface Part {
  scope: Scope;
  claim: Claim;
}

/**
 * A lock that is held, of one scope or several. What is done under it counts only while it is held: watch `signal`, and
 * write through `fenced`, for no lock can stop a process that sleeps at the wrong moment.
 */
export class Lock implements AsyncDisposable {
  /** Made when somebody asks for the signal: most locks are given back before. */
  private aborting?: AbortController;

  constructor(
    private readonly bus: Bus,
    private readonly parts: readonly Part[],
  ) {
    for (const { claim } of parts) claim.onLost = () => this.aborting?.abort(this.lost);
  }

  private get lost(): WaggleError | undefined {
    return this.parts.find(({ claim }) => claim.lost)?.claim.lost;
  }

  get scopes(): string[] {
    return this.parts.map(({ scope }) => scope.name);
  }

  /** Aborts with `LOCK_LOST` when it is lost, before anybody else can hold it (docs/guides/locks.md says by how much). Not by a release. */
  get signal(): AbortSignal {
    if (this.aborting === undefined) {
      this.aborting = new AbortController();
      if (this.lost) this.aborting.abort(this.lost);
    }
    return this.aborting.signal;
  }

  /** Whether it is surely held at this moment, by this process's monotonic clock: also right when a timer is late. */
  get held(): boolean {
    return this.parts.every(({ claim }) => claim.valid);
  }

  /** The fencing token of the first scope: the sequence of the write by which it came to be held. Never falls for a scope. */
  get token(): number {
    return this.parts[0]!.claim.token;
  }

  /** As above, of any of its scopes. */
  tokenOf(scope: string | Scope): number {
    const { key } = scopeOf(scope);
    const part = this.parts.find((each) => each.scope.key === key);
    if (part === undefined) throw new WaggleError('INVALID_INPUT', 'The lock does not hold that scope.', { path: 'scope' });
    return part.claim.token;
  }

  /** Throws `LOCK_LOST` when it is not surely held. */
  check(): void {
    if (this.held) return;
    throw this.lost ?? new WaggleError('LOCK_LOST', `The lock ${this.scopes.join(', ')} is not held any more.`);
  }

  /**
   * A place that is written under this lock's token, of the scope given (default: the first): the broker refuses the
   * write once a holder with a higher token has written there.
   */
  fenced(place: FencedPlace, options: { scope?: string | Scope } = {}): Fenced {
    return new Fenced(this.bus, place, options.scope === undefined ? this.token : this.tokenOf(options.scope));
  }

  /** Gives it back; again: nothing. Rejects with `BUS_…` when the broker cannot be told: its lease ends by itself. */
  async release(): Promise<void> {
    if (this.parts.length === 1) return this.parts[0]!.claim.release();
    const ends = await Promise.allSettled(this.parts.map(({ claim }) => claim.release()));
    const failed = ends.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
