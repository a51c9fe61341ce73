import type { Bus } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects, type Signal } from '@waggle/protocol';
import type { FlowPlan } from './plan.js';

export const TENANT = 'default';

/** What a client was promised: the broker has acknowledged it. */
export interface Promised {
  kind: 'submit' | 'signal' | 'answer';
  owner: string;
  flowId: string;
  id: string;
}

const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));

/** Asks until it is acknowledged: the same bytes, as long as it takes. */
export const surely = async (work: () => Promise<unknown>): Promise<void> => {
  for (;;) {
    try {
      await work();
      return;
    } catch {
      await pause(100);
    }
  }
};

/** Somebody who asks for flows and controls them. */
export class SimClient {
  constructor(
    private readonly bus: Bus,
    private readonly promised: (promise: Promised) => void,
  ) {}

  async submit({ id, definition, input }: FlowPlan, as: 'first' | 'other' = 'first'): Promise<void> {
    const { bus } = this;
    const payload = as === 'first' ? { definition, input } : { skill: 'work.a', input: {} };
    const message = createMessage({
      id: `${id}-${bus.me}`,
      type: MESSAGE_TYPES.submit,
      from: bus.me,
      tenant: TENANT,
      createdAt: '2026-01-01T00:00:00.000Z',
      payload,
    });
    await surely(() => bus.publishOnce('SUBMIT', subjects.submit(TENANT, bus.me, id), JSON.stringify(message)));
    this.promised({ kind: 'submit', owner: bus.me, flowId: id, id });
  }

  async signal(flowId: string, payload: Signal, id: string): Promise<void> {
    const { bus } = this;
    const message = createMessage({ id, type: MESSAGE_TYPES.signal, from: bus.me, tenant: TENANT, payload });
    const body = JSON.stringify(message);
    await surely(() => bus.publishOnce('SUBMIT', subjects.signal(TENANT, bus.me, flowId, id), body));
    this.promised({ kind: 'signal', owner: bus.me, flowId, id });
  }

  async answer(flowId: string, id: string, option: string): Promise<void> {
    const { bus } = this;
    const payload = { id, option, decidedBy: bus.me };
    const message = createMessage({ type: MESSAGE_TYPES.decision, from: bus.me, tenant: TENANT, payload });
    const body = JSON.stringify(message);
    await surely(() => bus.publishOnce('ESCALATION', subjects.answer(TENANT, bus.me, flowId, id), body));
    this.promised({ kind: 'answer', owner: bus.me, flowId, id });
  }

  /** One after the other: what is asked first is stored first. */
  async pause(flowId: string, millis: number): Promise<void> {
    await this.signal(flowId, { signal: 'pause' }, 'pause');
    await pause(millis);
    await this.signal(flowId, { signal: 'resume' }, 'resume');
  }
}
