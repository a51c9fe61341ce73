import type { TaskProgress } from '@waggle/protocol';
import { bar } from './bar.js';
import type { Output } from './output.js';
import { clip, pad, plain } from './table.js';

/** What an agent says of a task. */
export interface ToldProgress {
  taskId: string;
  agent: string;
  progress: TaskProgress;
}

/** Tasks of a step that are shown; the rest is counted. */
const SHOWN = 4;
const BAR = 10;

const isOf = (taskId: string, stepId: string): boolean => taskId === stepId || taskId.startsWith(`${stepId}-`);

/** The newest word on each task of one flow; what is done is forgotten. */
export class TaskProgresses {
  private readonly told = new Map<string, ToldProgress>();

  note(told: ToldProgress): void {
    this.told.delete(told.taskId);
    if (told.progress.fraction < 1) this.told.set(told.taskId, told);
  }

  /** Of a step that runs that many tasks, the newest first. */
  of(stepId: string, running: number): ToldProgress[] {
    return [...this.told.values()]
      .filter(({ taskId }) => isOf(taskId, stepId))
      .reverse()
      .slice(0, running);
  }
}

/** Lines below a step, each cut to the width. */
export const progressLines = (told: readonly ToldProgress[], colors: Output['colors'], width: number): string[] => {
  const lines = told.slice(0, SHOWN).map(({ taskId, agent, progress: { fraction, message = '' } }) => {
    const head = `${pad(clip(plain(taskId), 24), 12)} `;
    const percent = ` ${String(Math.floor(fraction * 100)).padStart(3)} %  `;
    const rest = clip(`${plain(agent)}  ${plain(message)}`.trimEnd(), Math.max(0, width - head.length - BAR - percent.length));
    return `${colors.dim(head)}${colors.cyan(bar(fraction, BAR))}${percent}${colors.dim(rest)}`;
  });
  return told.length > SHOWN ? [...lines, colors.dim(`and ${told.length - SHOWN} more`)] : lines;
};
