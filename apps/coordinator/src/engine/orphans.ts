import { Inject, Injectable } from '@nestjs/common';
import type { Input } from '@waggle/flow';
import type { Bus } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import type { FlowKey } from '../domain/flow-key.js';
import { Audit } from './audit.js';

/** Its flow has not begun, but was asked for: it must come again. */
export class StillToCome extends Error {
  constructor(key: FlowKey) {
    super(`the submission of ${key.flowId} is stored and not decided yet`);
  }
}

/** Deliveries after which a submission that nobody decides is no reason to wait any more. */
const PATIENCE = 30;

/** Inputs of a flow whose log is empty. */
@Injectable()
export class Orphans {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly audit: Audit,
  ) {}

  /** Throws `StillToCome` when the flow's submission is stored; else signals and answers are audited, and nothing ever is parked. */
  async settle(key: FlowKey, inputs: readonly Input[], deliveries: number): Promise<void> {
    const waiting = inputs.filter(({ kind }) => kind === 'signal' || kind === 'result' || kind === 'answer');
    if (waiting.length === 0) return;
    const submission = await this.bus.last('SUBMIT', subjects.submit(key.tenant, '*', key.flowId), { from: 'leader' });
    if (submission !== undefined && deliveries < PATIENCE) throw new StillToCome(key);
    for (const input of waiting) {
      if (input.kind !== 'signal' && input.kind !== 'answer') continue;
      const { kind } = input;
      await this.audit.record(key.tenant, {
        kind,
        actor: input.kind === 'signal' ? input.speaker : input.who,
        action: input.kind === 'signal' ? input.signal : kind,
        object: key.flowId,
        outcome: 'refused',
        reason: 'FLOW_UNKNOWN',
      });
    }
  }
}
