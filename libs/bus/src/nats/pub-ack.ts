import type { ApiError } from './api-error.js';

const decoder = new TextDecoder();
const E = 101;
const ZERO = 48;
const NINE = 57;

/**
 * The sequence in `{"stream":"X","seq":42,…}`, read from the bytes: an object made by JSON.parse for each
 * acknowledgement is what the hot path can do without. Undefined where it is something else.
 */
export const sequenceOf = (bytes: Uint8Array): number | undefined => {
  if (bytes[2] === E) return undefined;
  for (let at = 0; at < bytes.length - 6; at++) {
    // "seq":
    if (
      bytes[at] !== 34 ||
      bytes[at + 1] !== 115 ||
      bytes[at + 2] !== 101 ||
      bytes[at + 3] !== 113 ||
      bytes[at + 4] !== 34 ||
      bytes[at + 5] !== 58
    )
      continue;
    let digit = at + 6;
    if (bytes[digit] === 32) digit++;
    const start = digit;
    let value = 0;
    for (; bytes[digit]! >= ZERO && bytes[digit]! <= NINE; digit++) value = value * 10 + bytes[digit]! - ZERO;
    return digit > start && value > 0 ? value : undefined;
  }
  return undefined;
};

/** The error in `{"error":{…}}`; undefined where there is none or it is not JSON. */
export const apiErrorOf = (bytes: Uint8Array): ApiError | undefined => {
  try {
    const { error } = JSON.parse(decoder.decode(bytes)) as { error?: ApiError };
    return error;
  } catch {
    return undefined;
  }
};

/** The number in "wrong last sequence: 42": where the subject really stands. */
export const actualSequence = (error: ApiError): number => Number(/\d+/.exec(error.description)?.[0] ?? 0);
