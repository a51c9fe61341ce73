import type { FlowDefinition } from '@waggle/flow';

type Fail = (invariant: string, what: string) => void;

/** How far the steps of a flow are, as its log says. */
export class StepRecord {
  definition?: FlowDefinition;
  private readonly expanded = new Map<string, number>();
  private readonly done = new Map<string, number>();

  constructor(private readonly fail: Fail) {}

  expand(stepId: string, count: number): void {
    this.expanded.set(stepId, count);
  }

  /** A task of a step begins: of a loop only where the one before has completed, and no more than its bound. */
  begun(stepId: string, taskId: string): void {
    const most = this.stepOf(stepId)?.repeat?.maxIterations;
    if (most === undefined) return;
    const iteration = Number(taskId.slice(stepId.length + 1));
    const done = this.doneOf(stepId);
    if (iteration >= most) this.fail('I10', `${taskId} began of a loop of ${most} at most`);
    if (iteration !== done) this.fail('I5', `${taskId} began after ${done} iterations`);
  }

  completed(stepId: string): void {
    this.done.set(stepId, this.doneOf(stepId) + 1);
  }

  stepCompleted(stepId: string): void {
    const step = this.stepOf(stepId);
    if (step?.repeat) return this.loopCompleted(stepId, step.repeat);
    const join = step?.join ?? 'all';
    // what is enough for others is theirs to say; a gate has no task
    if (step?.check !== undefined || (join !== 'all' && !('quorum' in join))) return;
    const wanted = join !== 'all' ? join.quorum : (this.expanded.get(stepId) ?? 1);
    const found = this.doneOf(stepId);
    if (join === 'all' ? found !== wanted : found < wanted) this.fail('I5', `step ${stepId} was complete with ${found} of ${wanted} tasks`);
  }

  /** The loops of a plan are over as soon as the iteration has a number (see `steps.ts`). */
  private loopCompleted(stepId: string, { until, maxIterations, otherwise }: NonNullable<FlowDefinition['steps'][number]['repeat']>): void {
    const enough = Number(/>= (\d+)/.exec(until ?? '')?.[1] ?? Infinity) + 1;
    const found = this.doneOf(stepId);
    const wanted = otherwise === 'continue' ? Math.min(enough, maxIterations) : enough;
    if (found !== wanted) this.fail('I5', `the loop ${stepId} was complete after ${found} iterations, not ${wanted}`);
  }

  private stepOf(stepId: string): FlowDefinition['steps'][number] | undefined {
    return this.definition?.steps.find(({ id }) => id === stepId);
  }

  private doneOf(stepId: string): number {
    return this.done.get(stepId) ?? 0;
  }
}
