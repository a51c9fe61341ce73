import type { Bus } from '@waggle/bus';
import { Resources, Sessions } from '@waggle/memory';

/** What the agents of a tenant share: kept for as long as the process lives, so that its writes come from one writer. */
export class Shared {
  readonly sessions: Sessions;
  readonly resources: Resources;

  constructor(bus: Bus, tenant: string) {
    this.sessions = new Sessions(bus, { tenant });
    this.resources = new Resources(bus, { tenant });
  }
}
