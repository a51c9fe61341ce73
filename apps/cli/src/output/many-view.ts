import { currentSteps, type ManyUpdate } from '@waggle/client';
import { END_STATES, type EndState, type FlowStatus } from '@waggle/protocol';
import { bar } from './bar.js';
import { flowTree, inStateColor, stepNotes } from './flow-tree.js';
import { LiveView } from './live-view.js';
import type { Output } from './output.js';
import { clip, pad, plain } from './table.js';
import { TaskProgresses } from './task-progress.js';

/** How several flows that are watched are shown. */
export interface ManyView {
  show(update: ManyUpdate): void;
  end(): void;
}

/** Flows up to which each is shown as a tree; more get a line each. */
const TREES = 3;
const ROWS = 20;
const BAR = 16;

const isOver = ({ state }: FlowStatus): boolean => END_STATES.includes(state as EndState);

/** A flow in a line: its bar, and the steps it is at. */
export const flowLine = (status: FlowStatus, colors: Output['colors'], width: number): string => {
  const { flowId, workflow, state, fraction } = status;
  const head = pad(clip(`${plain(workflow ?? 'task')} ${flowId}`, 48), 48);
  const at = isOver(status)
    ? state
    : currentSteps(status)
        .map((step) => `step ${step.number}/${step.of} ${plain(step.id)}${step.total > 1 ? ` ${step.done}/${step.total}` : ''}`)
        .join(', ') || state;
  const percent = ` ${String(Math.floor(fraction * 100)).padStart(3)} % `;
  return `${head} ${inStateColor(state, bar(fraction, BAR), colors)}${percent}${colors.dim(clip(at, Math.max(0, width - 48 - BAR - percent.length - 1)))}`;
};

/** On a terminal: drawn again in place, those that changed last on top; flows that have ended make room. */
export class ManyTrees implements ManyView {
  readonly #view: LiveView;
  readonly #flows = new Map<string, { status: FlowStatus; told: TaskProgresses }>();

  constructor(private readonly output: Output) {
    this.#view = new LiveView(output);
  }

  show(update: ManyUpdate): void {
    const { flowId } = update;
    const known = this.#flows.get(flowId);
    if (update.kind === 'progress') known?.told.note(update);
    else {
      this.#flows.delete(flowId);
      this.#flows.set(flowId, { status: update.status, told: known?.told ?? new TaskProgresses() });
      this.#makeRoom();
    }
    this.#view.show(this.#lines());
  }

  end(): void {
    this.#view.end();
  }

  #makeRoom(): void {
    for (const [flowId, { status }] of this.#flows) {
      if (this.#flows.size <= ROWS) return;
      if (isOver(status)) this.#flows.delete(flowId);
    }
  }

  #lines(): string[] {
    const { colors, columns } = this.output;
    const flows = [...this.#flows.values()].reverse();
    if (flows.length <= TREES) return flows.flatMap(({ status, told }) => flowTree(status, colors, { width: columns, told }));
    const lines = flows.slice(0, ROWS).map(({ status }) => flowLine(status, colors, columns));
    return flows.length > ROWS ? [...lines, colors.dim(`and ${flows.length - ROWS} more`)] : lines;
  }
}

/** Elsewhere: a line whenever a flow comes to another step or state. */
export class ManyLines implements ManyView {
  readonly #told = new Map<string, string>();

  constructor(private readonly output: Output) {}

  show(update: ManyUpdate): void {
    if (update.kind === 'progress') return;
    const { status, flowId } = update;
    const steps = status.steps.filter(({ state }) => state !== 'SUBMITTED' && state !== 'COMPLETED');
    const at = isOver(status) ? '' : steps.map((step) => [step.id, step.state, stepNotes(step)].filter(Boolean).join(' ')).join('; ');
    const now = `${status.state}${at === '' ? '' : ` ${at}`}`;
    if (this.#told.get(flowId) === now) return;
    if (isOver(status)) this.#told.delete(flowId);
    else this.#told.set(flowId, now);
    this.output.note(plain(`${status.workflow ?? 'task'} ${flowId} ${now}`));
  }

  end(): void {
    this.#told.clear();
  }
}

export const manyView = (output: Output): ManyView => (output.live ? new ManyTrees(output) : new ManyLines(output));
