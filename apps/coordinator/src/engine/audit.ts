import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects, type AuditEntry } from '@waggle/protocol';
import { BUS } from '@waggle/service';

/** Keeps what no flow's log holds: inputs that belong to none. Resolves when stored; what must be audited is not acknowledged before. */
@Injectable()
export class Audit {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  async record(tenant: string, entry: AuditEntry): Promise<void> {
    const message = createMessage({ type: MESSAGE_TYPES.audit, from: this.bus.me, tenant, payload: entry });
    await this.bus.publish(subjects.audit(tenant, this.bus.me, entry.kind), JSON.stringify(message));
  }
}
