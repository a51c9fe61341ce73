import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { explain, statusOf } from '@waggle/flow';
import type { Bus } from '@waggle/bus';
import { problem, subjects, type AgentMessage, type FlowStatus, type Outcome, type Problem } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import { historyOf, type HistoryLine } from '../domain/history.js';
import type { FlowKey } from '../domain/flow-key.js';
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

/** Milliseconds for which a flow that was submitted lately is waited for, at least; and until the second look, then twice as long each time. */
const BEGINS_WITHIN = 2_000;
const LOOK_AGAIN = 50;
/** Of a submission: an older one is no word of a flow that is still to begin, its log may have been removed since. */
const LATELY = 60_000;

/** Tells where a flow is and how it got there, from its log. */
@Injectable()
export class FlowDescriber {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly store: FlowStore,
  ) {}

  /** `FLOW_UNKNOWN` also for a flow that is not `only`'s. One whose submission is stored is given a moment to begin. */
  async describe({ tenant, flowId }: DescribeQuestion, only?: string): Promise<FlowDescription | { problems: Problem[] }> {
    const { flow, entries } = await this.begun({ tenant, flowId }, only);
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

  private async begun(key: FlowKey, only: string | undefined): ReturnType<FlowStore['view']> {
    let view = await this.store.view(key);
    if (view.flow.sequence > 0) return view;
    const submitted = await this.bus.last('SUBMIT', subjects.submit(key.tenant, only ?? '*', key.flowId));
    if (submitted === undefined || submitted.time.getTime() < Date.now() - LATELY) return view;
    for (let wait = LOOK_AGAIN; view.flow.sequence === 0 && wait < BEGINS_WITHIN; wait *= 2) {
      await pause(wait);
      view = await this.store.view(key);
    }
    return view;
  }
}
