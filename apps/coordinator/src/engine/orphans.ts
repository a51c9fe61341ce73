import { Inject, Injectable } from '@nestjs/common';
import type { Input } from '@waggle/flow';
import { tailFromLeader, type Bus } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import type { FlowKey } from '../domain/flow-key.js';
import { Refusals } from './refusals.js';
import { isForeign, UnknownFlows } from './unknown-flows.js';

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
    private readonly refusals: Refusals,
    private readonly unknown: UnknownFlows,
  ) {}

  /** Throws `StillToCome` when the flow's submission is stored; else signals and answers are audited, and nothing ever is parked. */
  async settle(key: FlowKey, inputs: readonly Input[], deliveries: number): Promise<void> {
    const waiting = inputs.filter(({ kind }) => kind === 'signal' || kind === 'result' || kind === 'answer');
    if (waiting.length === 0) return;
    if (deliveries < PATIENCE && (await this.isAskedFor(key))) throw new StillToCome(key);
    await this.refuse(key, waiting);
  }

  /** Anybody may send signals to flows that nobody knows, and as many as they like: true, they are audited, with no look at the flow alone. */
  async refuseUnknown(key: FlowKey, inputs: readonly Input[]): Promise<boolean> {
    if (!inputs.every(isForeign) || !(await this.unknown.isUnknown(key, inputs))) return false;
    await this.refuse(key, inputs);
    return true;
  }

  private async refuse(key: FlowKey, inputs: readonly Input[]): Promise<void> {
    const refused = inputs.flatMap((input) => {
      if (input.kind === 'signal') return { kind: input.kind, actor: input.speaker, action: input.signal };
      return input.kind === 'answer' ? { kind: input.kind, actor: input.who, action: input.kind } : [];
    });
    const why = { object: key.flowId, reason: 'FLOW_UNKNOWN' };
    await Promise.all(refused.map((what) => this.refusals.record(key.tenant, { ...what, ...why })));
  }

  /** Asked for the first of a pattern: for its last, the broker looks through all that SUBMIT holds. */
  private async isAskedFor({ tenant, flowId }: FlowKey): Promise<boolean> {
    return (await tailFromLeader(this.bus, 'SUBMIT', { after: 0, filter: subjects.submit(tenant, '*', flowId) })).length > 0;
  }
}
