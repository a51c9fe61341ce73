import { v7 } from 'uuid';

/** What a name given by others (tenant, owner, agent, flow, task) must match: it becomes one token of a subject. */
export const TOKEN = /^[A-Za-z0-9_-]{1,64}$/;

/** A skill id: one to four tokens joined by dots, e.g. `tech-debt.analyze`. */
export const SKILL_ID = /^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,3}$/;

export const isToken = (text: unknown): text is string => typeof text === 'string' && TOKEN.test(text);

const BYTES = 16;
/** Asked of the system for many ids at once: for each alone it costs more than all the rest of an id. */
const pool = new Uint8Array(256 * BYTES);
let used = pool.length;
let latest = 0;
let count = 0;

const random = (): Uint8Array => {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  return pool.subarray(used, (used += BYTES));
};

/** A new id (UUIDv7); those of one process are in the order they were made. */
export const newId = (): string => {
  const bytes = random();
  const now = Date.now();
  if (now > latest) {
    latest = now;
    // half of what the field holds: room to count in
    count = (bytes[0]! << 23) | (bytes[1]! << 15) | (bytes[2]! << 7) | (bytes[3]! >>> 1);
  } else count++;
  return v7({ random: bytes, msecs: latest, seq: count });
};
