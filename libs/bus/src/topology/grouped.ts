import type { StreamName } from '@waggle/protocol';

/** Streams whose writers commit in groups where the broker syncs each write: those that a task goes through. */
export const GROUPED = ['SUBMIT', 'FLOW', 'TASK', 'RESULT'] as const satisfies readonly StreamName[];

export const isGrouped = (stream: StreamName): boolean => (GROUPED as readonly StreamName[]).includes(stream);
