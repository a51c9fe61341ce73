import { problem, type Problem } from '../errors.js';

/** Objects and lists inside one another, the message itself included: deeper ones overflow what others do with them. */
export const DEPTH_LIMIT = 64;

/**
 * What no schema says and every reader relies on: a bounded depth, and no key named `__proto__`
 * (own after parsing, and then a trap for whoever copies fields one by one).
 */
export const hostile = (value: unknown, depth = DEPTH_LIMIT): Problem | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === 0) return problem('INVALID_MESSAGE', `The message is nested more than ${DEPTH_LIMIT} levels deep.`);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const found = hostile(value[i], depth - 1);
      if (found) return found;
    }
    return undefined;
  }
  for (const key in value) {
    if (key === '__proto__') return problem('INVALID_MESSAGE', 'The message has a field named __proto__, which is not allowed.');
    const found = hostile((value as Record<string, unknown>)[key], depth - 1);
    if (found) return found;
  }
  return undefined;
};

/** Whether a value has more than `limit` parts: naming everything that is wrong with it would take too long. */
export const isLarge = (value: unknown, limit: number): boolean => {
  const open: unknown[] = [value];
  for (let seen = 0; open.length > 0; seen++) {
    if (seen + open.length > limit) return true;
    const next = open.pop();
    if (Array.isArray(next)) {
      if (next.length > limit) return true;
      open.push(...(next as unknown[]));
    } else if (typeof next === 'object' && next !== null) open.push(...(Object.values(next) as unknown[]));
  }
  return false;
};
