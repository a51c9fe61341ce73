import type { FlowStatus, StepStatus } from '@waggle/protocol';
import { flowTree, stepNotes } from './flow-tree.js';
import { LiveView } from './live-view.js';
import type { Output } from './output.js';
import { plain } from './table.js';
import { TaskProgresses, type ToldProgress } from './task-progress.js';

/** How a flow that is watched is shown: a tree that is drawn again on a terminal, else a line for whatever changed. */
export interface FlowView {
  show(status: FlowStatus): void;
  /** What an agent says of a task meanwhile. */
  tell(told: ToldProgress): void;
  end(): void;
}

export const flowView = (output: Output): FlowView => (output.live ? new TreeView(output) : new LineView(output));

class TreeView implements FlowView {
  readonly #view: LiveView;
  readonly #told = new TaskProgresses();
  #status?: FlowStatus;

  constructor(private readonly output: Output) {
    this.#view = new LiveView(output);
  }

  show(status: FlowStatus): void {
    this.#status = status;
    this.#view.show(flowTree(status, this.output.colors, { width: this.output.columns, told: this.#told }));
  }

  tell(told: ToldProgress): void {
    this.#told.note(told);
    if (this.#status !== undefined) this.show(this.#status);
  }

  end(): void {
    this.#view.end();
  }
}

const QUARTERS = 4;

/** What of a step is worth a new line: its state, and every quarter of its tasks. */
const stage = ({ state, done, total, retries, waitingFor }: StepStatus): string =>
  [state, total > 1 ? Math.floor((done / total) * QUARTERS) : 0, retries > 0, waitingFor ?? ''].join(' ');

class LineView implements FlowView {
  readonly #told = new Map<string, string>();

  constructor(private readonly output: Output) {}

  show(status: FlowStatus): void {
    for (const step of status.steps) {
      const now = stage(step);
      if ((step.state === 'WAITING' && step.waitingFor === undefined) || this.#told.get(step.id) === now) continue;
      this.#told.set(step.id, now);
      const figures = step.total > 1 ? ` ${step.done}/${step.total}` : '';
      const notes = stepNotes(step);
      this.output.note(`${plain(step.id)} ${step.state}${figures}${notes === '' ? '' : ` (${notes})`}`);
    }
  }

  /** A line for each report would drown the rest. */
  tell(): void {}

  end(): void {
    this.#told.clear();
  }
}
