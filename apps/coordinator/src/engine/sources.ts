import { Inject, Injectable } from '@nestjs/common';
import { emptyState, fold, type Facts, type FlowState, type Input } from '@waggle/flow';
import { problem, type ErrorCode, type Problem } from '@waggle/protocol';
import { COORDINATOR_CONFIG, type CoordinatorConfig } from '../coordinator-config.js';
import type { FlowKey } from '../domain/flow-key.js';
import { FlowStore, type Flow, type LogEntry } from './flow-store.js';

type SubmitInput = Extract<Input, { kind: 'submit' }>;

/** Flows that others go on from: as they were after so many of their transitions. */
@Injectable()
export class Sources {
  constructor(
    private readonly store: FlowStore,
    @Inject(COORDINATOR_CONFIG) private readonly config: CoordinatorConfig,
  ) {}

  /** Fills in the flow that a submission resumes, or says why it cannot. */
  async resolve(input: SubmitInput, resumes: { flowId: string; n?: number }, facts: Facts): Promise<Problem[]> {
    const { flowId, n } = resumes;
    const wrong = (code: ErrorCode, message: string, field: string): Problem[] => [problem(code, message, `payload.resumes.${field}`)];
    const { flow, entries } = await this.store.viewCurrent({ tenant: input.tenant, flowId });
    const { phase, owner, head } = flow.state;
    const mayKnow = owner === input.owner || this.config.operators.includes(input.owner);
    if (head === undefined || !mayKnow) return wrong('FLOW_UNKNOWN', `There is no flow ${flowId} to go on from.`, 'flowId');
    if (n === undefined && phase !== 'ended') return wrong('FLOW_RUNNING', `The flow ${flowId} has not ended.`, 'flowId');
    if (n !== undefined && n > entries.length)
      return wrong('INVALID_MESSAGE', `The flow ${flowId} has ${entries.length} transitions.`, 'n');
    facts.resumed = stateAfter(entries, n);
    return [];
  }

  /** Fills in the flow that this one is being restored from, while it is. */
  async restore({ tenant }: FlowKey, { state: { restoring } }: Flow, facts: Facts): Promise<void> {
    if (restoring === undefined) return;
    const { entries } = await this.store.viewCurrent({ tenant, flowId: restoring.flowId });
    if (entries.length < restoring.n) return;
    facts.resumed = stateAfter(entries, restoring.n);
  }
}

/** A flow as it was after so many of its transitions; what it has undone since is undone all the same. */
const stateAfter = (entries: readonly LogEntry[], n = entries.length): FlowState => {
  const foldOf = (some: readonly LogEntry[]) => some.reduce((state, { transition }) => fold(state, transition), emptyState());
  const state = foldOf(entries.slice(0, n));
  if (n < entries.length) state.rollback = foldOf(entries).rollback;
  return state;
};
