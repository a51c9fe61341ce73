import type { FlowDefinition, FlowEvent } from '@waggle/flow';

type EventOf<T extends FlowEvent['type']> = Extract<FlowEvent, { type: T }>;
type Fail = (invariant: string, what: string) => void;

/** What a flow has done and could take back, and whether it did, as its log says. */
export class UndoRecord {
  definition?: FlowDefinition;
  childId?: string;
  ended = false;
  /** Tasks whose work can be taken back, in the order in which they were completed. */
  private readonly done: { stepId: string; taskId: string }[] = [];

  constructor(private readonly fail: Fail) {}

  completed(stepId: string, taskId: string): void {
    if (this.definition?.steps.find(({ id }) => id === stepId)?.compensate) this.done.push({ stepId, taskId });
  }

  /** Steps by their last task, the last first; of a step the last task first. */
  get order(): { stepId: string; tasks: string[] }[] {
    const steps = [...new Set(this.done.map(({ stepId }) => stepId).reverse())];
    return steps.map((id) => ({ stepId: id, tasks: this.done.flatMap(({ stepId, taskId }) => (stepId === id ? [taskId] : [])).reverse() }));
  }

  begun({ childId, steps, problems }: EventOf<'rollbackBegun'>, ending: string | undefined): void {
    if (this.childId !== undefined) this.fail('I6', 'it is undone twice');
    this.childId = childId;
    if (!this.isWanted(ending)) this.fail('I6', `it is undone, and ended ${ending}`);
    const given = new Set(problems.map(({ path }) => path));
    const wanted = this.order.map(({ stepId }) => stepId).filter((id) => !given.has(`steps.${id}.compensate`));
    if (JSON.stringify(steps) !== JSON.stringify(wanted))
      this.fail('I6', `it is undone as ${steps.join(', ')}, and was done so that it must be ${wanted.join(', ')}`);
  }

  flowEnded(ending: string | undefined): void {
    if (this.childId === undefined && this.done.length > 0 && this.isWanted(ending)) this.fail('I9', 'it ended, and was not undone');
    if (this.childId !== undefined && !this.ended) this.fail('I9', 'it ended before it was undone');
  }

  private isWanted(ending: string | undefined): boolean {
    const { rollbackOnFailure = true, rollbackOnCancel = false } = this.definition ?? {};
    return ending === 'FAILED' ? rollbackOnFailure : ending === 'CANCELED' && rollbackOnCancel;
  }
}
