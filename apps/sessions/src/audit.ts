import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects, type AuditEntry } from '@waggle/protocol';
import { BUS } from '@waggle/service';

/** Keeps what is to be seen afterwards. Resolves when it is stored. */
@Injectable()
export class Audit {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  async record(tenant: string, entry: AuditEntry): Promise<void> {
    const { me } = this.bus;
    const message = createMessage({ type: MESSAGE_TYPES.audit, from: me, tenant, payload: entry });
    await this.bus.publish(subjects.audit(tenant, me, entry.kind), JSON.stringify(message));
  }
}
