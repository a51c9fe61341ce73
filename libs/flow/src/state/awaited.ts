import { skillOfKey } from '@waggle/protocol';
import type { Command } from '../types.js';
import type { FlowState } from './state.js';

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
      return open && state.waiting.has(skillOfKey(command.key));
    case 'unwait':
      return !state.waiting.has(skillOfKey(command.key));
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
