import type { Bus } from './port.js';
import { hostile, INLINE_LIMIT, isValueRef, WaggleError, type BlobRef } from '@waggle/protocol';

const JSON_TYPE = 'application/json';
/** References inside referred values, one in another. */
const NESTING_LIMIT = 8;

/** Bytes that the references of one value may load together. */
export const VALUE_LIMIT = 64 * 1024 * 1024;

/** The value itself, or `{ $blob }` when its JSON is larger than travels inline (64 KiB). */
export const storeLarge = async (bus: Pick<Bus, 'blobs'>, tenant: string, value: unknown): Promise<unknown> => {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined || text.length <= INLINE_LIMIT / 3) return value;
  const bytes = Buffer.from(text);
  if (bytes.length <= INLINE_LIMIT) return value;
  return { $blob: await bus.blobs.put(tenant, bytes, JSON_TYPE) };
};

/**
 * The value with everything it refers to (`{ $blob }`, at any depth) in its place: JSON and texts; a blob of another
 * media type stays a reference. Fails with `MESSAGE_TOO_LARGE` above `VALUE_LIMIT` in all, `BLOB_MISSING`,
 * `BLOB_CORRUPT`, and `BAD_JSON` for a JSON blob that holds none.
 */
export const loadValues = async (bus: Pick<Bus, 'blobs'>, tenant: string, value: unknown): Promise<unknown> =>
  new Loader(bus, tenant).load(value, 0);

class Loader {
  private left = VALUE_LIMIT;

  constructor(
    private readonly bus: Pick<Bus, 'blobs'>,
    private readonly tenant: string,
  ) {}

  async load(value: unknown, nesting: number): Promise<unknown> {
    if (typeof value !== 'object' || value === null || !holdsRef(value)) return value;
    if (isValueRef(value)) return this.fetch(value.$blob, nesting);
    if (Array.isArray(value)) {
      const items: unknown[] = [];
      for (const item of value) items.push(await this.load(item, nesting));
      return items;
    }
    const fields: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(value)) fields[key] = await this.load(field, nesting);
    return fields;
  }

  private async fetch(blob: BlobRef, nesting: number): Promise<unknown> {
    if (blob.type !== JSON_TYPE && !blob.type.startsWith('text/')) return { $blob: blob };
    this.left -= blob.size;
    if (this.left < 0 || nesting === NESTING_LIMIT) {
      const what = this.left < 0 ? `${VALUE_LIMIT} bytes` : `${NESTING_LIMIT} references one in another`;
      throw new WaggleError('MESSAGE_TOO_LARGE', `The value refers to more than ${what}.`);
    }
    const text = Buffer.from(await this.bus.blobs.get(this.tenant, blob)).toString('utf8');
    return blob.type === JSON_TYPE ? this.load(parse(text), nesting + 1) : text;
  }
}

const holdsRef = (value: object): boolean => {
  const open: unknown[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    if (isValueRef(next)) return true;
    for (const field of Object.values(next)) if (typeof field === 'object' && field !== null) open.push(field);
  }
  return false;
};

const parse = (text: string): unknown => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new WaggleError('BAD_JSON', 'A blob that should hold JSON does not.', { cause });
  }
  const bad = hostile(value);
  if (bad !== undefined) throw new WaggleError('BAD_JSON', bad.message);
  return value;
};
