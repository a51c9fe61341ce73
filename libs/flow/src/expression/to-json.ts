import { LIMITS } from '../limits.js';
import { charge } from './meter.js';

const number = (value: bigint): number => {
  const plain = Number(value);
  if (!Number.isSafeInteger(plain)) throw new RangeError(`${value} is too large a number for JSON`);
  return plain;
};

/** What CEL gives as what JSON can hold: integers as numbers, times and durations as text. Throws on what JSON cannot. */
export const toJson = (value: unknown, depth = 0): unknown => {
  charge(1);
  if (depth > LIMITS.depth) throw new RangeError('the value nests too deep');
  switch (typeof value) {
    case 'bigint':
      return number(value);
    case 'string':
      charge(value.length >> 4);
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new RangeError(`${value} is not a number in JSON`);
      return value;
    case 'boolean':
      return value;
    case 'undefined':
      return null;
    case 'object':
      return value === null ? null : fromObject(value, depth);
    default:
      throw new TypeError(`a ${typeof value} is no value in JSON`);
  }
};

const fromObject = (value: object, depth: number): unknown => {
  if (Array.isArray(value)) return value.map((inner) => toJson(inner, depth + 1));
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (!(value instanceof Map) && !isPlain(value)) return fromCelType(value);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.map(([key, inner]) => [String(key), toJson(inner, depth + 1)]));
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Unsigned integers and durations are classes of the CEL library, which it does not export. */
const fromCelType = (value: object): unknown => {
  const inner: unknown = value.valueOf();
  if (typeof inner === 'bigint') return number(inner);
  if ('getMilliseconds' in value) return (value as { toString(): string }).toString();
  throw new TypeError('a type is no value in JSON');
};
