import type { FlowStatus, Outcome, StepStatus } from '@waggle/protocol';
import { bar } from './bar.js';
import { count } from './format.js';
import type { Output } from './output.js';
import { clip, pad, plain } from './table.js';
import { progressLines, type TaskProgresses } from './task-progress.js';

const BAR = 20;

type Colors = Output['colors'];

const SIGNS: Record<StepStatus['state'], string> = {
  WAITING: '○',
  SUBMITTED: '○',
  WORKING: '●',
  INPUT_REQUIRED: '?',
  AUTH_REQUIRED: '?',
  COMPLETED: '✔',
  FAILED: '✖',
  CANCELED: '⊘',
  REJECTED: '✖',
  SKIPPED: '–',
};

/** In the colour of a state. */
export const inStateColor = (state: StepStatus['state'], text: string, colors: Colors): string => {
  switch (state) {
    case 'COMPLETED':
      return colors.green(text);
    case 'FAILED':
    case 'REJECTED':
      return colors.red(text);
    case 'WORKING':
      return colors.cyan(text);
    case 'CANCELED':
    case 'INPUT_REQUIRED':
    case 'AUTH_REQUIRED':
      return colors.yellow(text);
    case 'WAITING':
    case 'SUBMITTED':
    case 'SKIPPED':
      return colors.dim(text);
  }
};

/** What a step has to tell besides its bar. */
export const stepNotes = ({ state, failed, retries, waitingFor, agents = [], running }: StepStatus): string => {
  const notes: string[] = [];
  if (running > 0) notes.push(`${running} at work`);
  if (agents.length > 0 && state === 'WORKING') notes.push(agents.map(plain).join(', '));
  if (failed > 0) notes.push(`${failed} failed`);
  if (retries > 0) notes.push(count(retries, 'retry', 'retries'));
  if (waitingFor !== undefined && state !== 'COMPLETED') notes.push(`waits: ${plain(waitingFor)}`);
  return notes.join(' · ');
};

/** A flow as a tree with a bar per step, and below it what agents say of its tasks; each line cut to the width. */
export const flowTree = (status: FlowStatus, colors: Colors, { width, told }: { width: number; told?: TaskProgresses }): string[] => {
  const title = `${plain(status.workflow ?? 'flow')} ${status.flowId}`;
  const longest = Math.min(24, Math.max(...status.steps.map(({ id }) => id.length), 0));
  const lines = status.steps.flatMap((step, index) => {
    const last = index === status.steps.length - 1;
    const branch = last ? '└─' : '├─';
    const part = step.total === 0 ? (step.state === 'COMPLETED' ? 1 : 0) : step.done / step.total;
    const figures = step.total > 1 ? ` ${step.done}/${step.total}` : '';
    const head = `${branch} ${SIGNS[step.state]} ${pad(clip(plain(step.id), longest), longest)} `;
    const rest = clip(`${figures}  ${stepNotes(step)}`.trimEnd(), Math.max(0, width - head.length - BAR - 1));
    const below = progressLines(told?.of(step.id, step.running) ?? [], colors, width - 5).map(
      (line) => `${colors.dim(last ? ' ' : '│')}    ${line}`,
    );
    return [
      `${colors.dim(branch)} ${inStateColor(step.state, SIGNS[step.state], colors)} ${pad(clip(plain(step.id), longest), longest)} ${inStateColor(step.state, bar(part), colors)}${colors.dim(rest)}`,
      ...below,
    ];
  });
  return [`${colors.bold(clip(title, width - 12))} ${inStateColor(status.state, status.state, colors)}`, ...lines];
};

/** How a flow ended, in a line. */
export const outcomeLine = (
  { flowId, state, tasks, startedAt, endedAt }: Outcome,
  colors: Colors,
  took: (ms: number) => string,
): string => {
  const time = took(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)));
  const done = tasks['completed'] ?? 0;
  return `${inStateColor(state, `${SIGNS[state]} ${state}`, colors)} ${flowId} in ${time}, ${count(done, 'task')} completed`;
};
