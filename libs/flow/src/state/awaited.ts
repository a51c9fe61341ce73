import { skillOfKey } from '@waggle/protocol';
import type { Command, Share } from '../types.js';
import type { FlowState, TaskState } from './state.js';

const waits = (state: FlowState, { kind, key }: { kind: 'skill' | 'event'; key: string }): boolean =>
  kind === 'skill' ? state.waiting.has(skillOfKey(key)) : state.awaiting.has(`event:${key}`);

const isFor = (on: TaskState['on'], { kind, key }: Share): boolean => on?.kind === kind && on.key === key;

/**
 * Whether a command of the log, perhaps never carried out, is still awaited by the current state: only those are
 * emitted again after a crash. Of a flow that has ended these are its last words: emit them unless its outcome is stored.
 */
export const awaited = (state: FlowState, command: Command): boolean => {
  const open = state.phase !== 'ended';
  switch (command.type) {
    case 'dispatch': {
      const task = state.tasks.get(command.taskId);
      return state.phase === 'open' && task?.status === 'running' && task.attempt === command.attempt && task.agent === command.agent;
    }
    case 'timer':
      return open && state.armed?.n === command.n;
    case 'wait':
      return open && waits(state, command);
    case 'unwait':
      return !waits(state, command);
    case 'share': {
      const task = state.tasks.get(command.taskId);
      return open && task?.status === 'awaiting' && isFor(task.on, command.share);
    }
    case 'submitChild':
      if (state.rollback?.childId === command.childId) return state.rollback.status === 'open';
      return state.phase === 'open' && state.tasks.get(command.submission.parent.taskId)?.childId === command.childId;
    case 'ask':
    case 'rung':
      return open && state.asks.has(command.id);
    case 'hush':
      return !state.asks.has(command.id);
    case 'unshare':
    case 'abort':
    case 'deadLetter':
    case 'cancelChild':
    case 'notifyParent':
    case 'outcome':
      return true;
    default:
      return command satisfies never;
  }
};
