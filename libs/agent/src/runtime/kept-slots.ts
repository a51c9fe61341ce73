import { Company } from '@waggle/service';
import type { Slots } from './slots.js';

/** Milliseconds since its last task for which a tenant counts. */
const LATELY = 60_000;

/** The coordinator says who is kept waiting by the priority. */
const keptOf = (slots: number): number => (slots < 4 ? 0 : Math.ceil(slots / 16));

/** Keeps slots free for urgent tasks while there are several tenants. Time is passed in. */
export class KeptSlots {
  private readonly tenants = new Company(LATELY);
  private newest?: string;

  constructor(private readonly slots: Slots) {}

  /** A task of this tenant has come. */
  seen(tenant: string, now: number): void {
    this.newest = tenant;
    this.tenants.seen(tenant, now);
    this.look(now);
  }

  /** To be called now and then: who takes nothing new, for all it has is long, is alone again by time alone. */
  look(now: number): void {
    if (this.newest !== undefined) this.slots.keep(this.tenants.isAlone(this.newest, now) ? 0 : keptOf(this.slots.total));
  }
}
