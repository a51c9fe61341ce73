import type { TaskState } from './state.js';

/** The resources that a task has its turn at, or waits for. */
export const sharedOf = ({ holds = [], on }: TaskState): string[] => [...new Set([...holds, ...(on?.kind === 'resource' ? [on.key] : [])])];
