import { Injectable } from '@nestjs/common';
import { reservationOf, taskBudget, type Command, type Facts, type Input, type Reservation, type Submission } from '@waggle/flow';
import type { FlowKey } from '../domain/flow-key.js';
import { FlowStore } from './flow-store.js';
import { decideInternally } from './internal-job.js';
import { Lanes } from './lanes.js';

type SubmitInput = Extract<Input, { kind: 'submit' }>;
type Child = Submission & { parent: NonNullable<Submission['parent']> };

/** What child flows and their parents tell each other: both sides are recorded in the parent's log. */
@Injectable()
export class Parents {
  constructor(
    private readonly lanes: Lanes,
    private readonly store: FlowStore,
  ) {}

  /**
   * Has the parent set budget aside for a child, before the child's first transition; asked again after a crash it is there.
   * A parent that was never started refuses at once, so that two submissions that name each other cannot wait for one another.
   */
  async reserve(input: SubmitInput, submission: Child, facts: Facts): Promise<Reservation> {
    const { parent } = submission;
    const key = { tenant: input.tenant, flowId: parent.flowId };
    const before = await this.store.get(key);
    if (before.sequence === 0 && (await this.store.isCurrent(key, before))) return { granted: false, code: 'PARENT_ENDED' };
    await decideInternally(this.lanes, key, {
      kind: 'childReserve',
      childId: input.flowId,
      agent: input.owner,
      taskId: parent.taskId,
      attempt: parent.attempt,
      tasks: taskBudget(submission, facts),
      ...(parent.delegated === true && { delegated: true }),
      origin: input.origin,
      at: input.at,
    });
    const known = reservationOf((await this.store.get(key)).state, input.flowId);
    if (known !== undefined) return known;
    // what was appended a moment ago may be unknown to the replica that was asked
    const { flow } = await this.store.loadCurrent(key);
    return reservationOf(flow.state, input.flowId) ?? { granted: false, code: 'PARENT_ENDED' };
  }

  /** Tells the parent that a child has ended; `entry` is the child's log entry that says so. */
  async childEnded(
    child: FlowKey,
    command: Extract<Command, { type: 'notifyParent' }>,
    entry: { sequence: number; at: number },
  ): Promise<void> {
    const { parent, childId, state, cost, attempts, output, errors } = command;
    await decideInternally(
      this.lanes,
      { tenant: child.tenant, flowId: parent.flowId },
      {
        kind: 'childEnded',
        childId,
        state,
        cost,
        attempts,
        output,
        errors,
        origin: { stream: 'FLOW', sequence: entry.sequence },
        at: entry.at,
      },
    );
  }
}
