import type { TaskContext } from './task-context.js';

/** The same task, but everything it would remember is worked out anew, and kept nowhere. */
export const withoutMemory = (ctx: TaskContext): TaskContext =>
  Object.create(ctx, { remember: { value: <T>(_of: unknown, make: () => Promise<T>): Promise<T> => make() } }) as TaskContext;
