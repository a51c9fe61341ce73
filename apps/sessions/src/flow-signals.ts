import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, SHARED, subjects, type Signal } from '@waggle/protocol';
import { BUS } from '@waggle/service';

/** A task of a flow. */
export interface FlowTask {
  tenant: string;
  flowId: string;
  taskId: string;
}

/** How something that the task asked to share stands: it will not change any more. */
export interface Told {
  kind: 'resource' | 'sync';
  key: string;
  state: 'granted' | 'refused' | 'complete' | 'timed-out';
  code?: string;
  message?: string;
  arrived?: string[];
}

/** Tells flows what became of what they asked to share: signals, which they get once and whatever happens meanwhile. */
@Injectable()
export class FlowSignals {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  /** Told again in the same words, it is told once. */
  async tell({ tenant, flowId, taskId }: FlowTask, told: Told): Promise<void> {
    const { me } = this.bus;
    const id = createHash('sha256')
      .update(JSON.stringify([flowId, taskId, told.kind, told.key, told.state]))
      .digest('hex');
    const payload: Signal = { signal: 'notify', data: { name: SHARED, data: { taskId, ...told } } };
    const message = createMessage({ type: MESSAGE_TYPES.signal, id, from: me, tenant, intent: 'command', correlationId: flowId, payload });
    await this.bus.publishOnce('SUBMIT', subjects.signal(tenant, me, flowId, id), JSON.stringify(message));
  }
}
