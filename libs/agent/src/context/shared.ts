import type { Bus } from '@waggle/bus';
import { createLocks, type LockMeter, type Locks } from '@waggle/locks';
import { Resources, Sessions } from '@waggle/memory';

/** What the agents of a tenant share: kept for as long as the process lives, so that its writes come from one writer. */
export class Shared {
  readonly sessions: Sessions;
  readonly resources: Resources;
  readonly locks: Locks;

  constructor(bus: Bus, tenant: string, metrics?: LockMeter) {
    this.sessions = new Sessions(bus, { tenant });
    this.resources = new Resources(bus, { tenant });
    this.locks = createLocks(bus, { tenant, metrics });
  }
}
