import { createHash } from 'node:crypto';

/** An id that is the same whenever it is made from the same parts: what is published again under it is the same fact. */
export const derivedId = (kind: string, ...parts: (string | number)[]): string =>
  `${kind}-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40)}`;
