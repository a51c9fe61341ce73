import { isErrorCode, isValueRef, WaggleError, type BlobRef } from '@waggle/protocol';
import type { Facts } from '../types.js';
import { LIMITS, tooDeep } from '../limits.js';

/** Raised by an evaluation that meets references whose values are not at hand: load them and evaluate again. */
export class MissingValues extends Error {
  constructor(readonly refs: BlobRef[]) {
    super('values by reference are not loaded');
  }
}

export type LoadValue = Facts['value'];

/** Values already freed of references, by the value that held them: facts never change. */
const whole = new WeakMap<object, unknown>();

const tooLarge = (size: number) =>
  new WaggleError('MESSAGE_TOO_LARGE', `a value of ${size} bytes is too large for an expression; at most ${LIMITS.loaded}`);

/** The value itself where it is a reference. Throws MissingValues, MESSAGE_TOO_LARGE, or why it cannot be had. */
export const loadRef = (value: unknown, load: LoadValue): unknown => {
  if (!isValueRef(value)) return value;
  const ref = value.$blob;
  if (ref.size > LIMITS.loaded) throw tooLarge(ref.size);
  const found = load(ref);
  if (!found) throw new MissingValues([ref]);
  if ('value' in found) return found.value;
  throw new WaggleError(isErrorCode(found.problem.code) ? found.problem.code : 'EXPRESSION_FAILED', found.problem.message);
};

/** The value with every reference inside replaced. Throws MissingValues with all that are missing. */
export const loadWhole = (value: unknown, load: LoadValue): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (whole.has(value)) return whole.get(value);
  const missing: BlobRef[] = [];
  let parts = 0;
  // a reference may name what is full of references to what is full of references
  const count = (more: number): void => {
    parts += more;
    if (parts > LIMITS.parts)
      throw new WaggleError('MESSAGE_TOO_LARGE', `a value of more than ${LIMITS.parts} parts is too large for an expression`);
  };
  const walk = (each: unknown, depth: number): unknown => {
    if (typeof each !== 'object' || each === null) return each;
    if (depth > LIMITS.depth) throw new WaggleError('EXPRESSION_FAILED', 'a value nests too deep');
    if (isValueRef(each)) {
      try {
        const loaded = loadRef(each, load);
        if (tooDeep(loaded)) throw new WaggleError('EXPRESSION_FAILED', 'a value nests too deep');
        return walk(loaded, depth + 1);
      } catch (error) {
        if (!(error instanceof MissingValues)) throw error;
        missing.push(...error.refs);
        return undefined;
      }
    }
    if (Array.isArray(each)) {
      count(each.length);
      const copy = each.map((inner) => walk(inner, depth + 1));
      return copy.some((inner, index) => inner !== each[index]) ? copy : each;
    }
    const fields = Object.entries(each);
    count(fields.length);
    const entries = fields.map(([key, inner]) => [key, walk(inner, depth + 1)] as const);
    return entries.some(([key, inner]) => inner !== (each as Record<string, unknown>)[key]) ? Object.fromEntries(entries) : each;
  };
  const result = walk(value, 0);
  if (missing.length > 0) throw new MissingValues(missing);
  whole.set(value, result);
  return result;
};
