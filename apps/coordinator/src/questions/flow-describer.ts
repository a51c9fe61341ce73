import { Inject, Injectable } from '@nestjs/common';
import { explain, statusOf } from '@waggle/flow';
import type { Bus } from '@waggle/bus';
import { problem, subjects, type AgentMessage, type FlowStatus, type Outcome, type Problem } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import { historyOf, type HistoryLine } from '../domain/history.js';
import type { DescribeQuestion } from '../domain/read-question.js';
import { FlowStore } from '../engine/flow-store.js';

/** A flow, explained. */
export interface FlowDescription {
  flowId: string;
  owner: string;
  status?: FlowStatus;
  outcome?: Outcome;
  /** What it waits for, for people. */
  explain: string[];
  history: HistoryLine[];
  /** Lines left out of the middle of a long history. */
  leftOut: number;
}

/** Tells where a flow is and how it got there, from its log. */
@Injectable()
export class FlowDescriber {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly store: FlowStore,
  ) {}

  /** `FLOW_UNKNOWN` also for a flow that is not `only`'s. */
  async describe({ tenant, flowId }: DescribeQuestion, only?: string): Promise<FlowDescription | { problems: Problem[] }> {
    const { flow, entries } = await this.store.view({ tenant, flowId });
    const { state } = flow;
    if (flow.sequence === 0 || (only !== undefined && state.owner !== only)) {
      return { problems: [problem('FLOW_UNKNOWN', `There is no flow ${flowId}.`, 'flowId')] };
    }
    const { lines, leftOut } = historyOf(entries.map(({ transition }) => transition));
    const outcome = await this.bus.last('FLOW', subjects.outcome(tenant, state.owner, flowId));
    return {
      flowId,
      owner: state.owner,
      ...(state.head !== undefined && { status: statusOf(state), explain: explain(state) }),
      ...(outcome !== undefined && { outcome: outcome.json<AgentMessage<Outcome>>().payload }),
      ...(state.head === undefined && { explain: ['REJECTED'] }),
      history: lines,
      leftOut,
    } as FlowDescription;
  }
}
