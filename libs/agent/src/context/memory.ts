import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Bus } from '@waggle/bus';
import type { Log } from '@waggle/service';

/** Most that is kept of one result, packed, in bytes: below the broker's longest message. */
const MAX_PACKED = 768 * 1024;

/** Most that is unpacked: what somebody put there must not fill the memory. */
const MAX_UNPACKED = 64 * 1024 * 1024;

/** Milliseconds for which nothing is tried after the bucket did not answer. */
const PAUSE = 60_000;

const pack = promisify(gzip);
const unpack = promisify(gunzip);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * What an agent worked out before, by what it was worked out of: a corner of the bucket CACHE that only this agent
 * reads and writes. A cache and no more: whatever goes wrong with it, the work is done anew.
 */
export class Memory {
  private offUntil = -Infinity;

  constructor(
    private readonly bus: Bus,
    private readonly tenant: string,
    private readonly log: Log,
  ) {}

  /** What is kept for an equal `of`, else what `make` gives, which is kept then. Only `make`'s failures are thrown. */
  async recall<T>(of: unknown, make: () => Promise<T>): Promise<T> {
    const key = `${this.tenant}.${this.bus.me}.${sha256(JSON.stringify(of))}`;
    const kept = await this.quietly(() => this.read<T>(key));
    if (kept !== undefined) return kept.value;
    const value = await make();
    await this.quietly(() => this.write(key, value));
    return value;
  }

  private async read<T>(key: string): Promise<{ value: T } | undefined> {
    const entry = await this.bus.bucket('CACHE').get(key);
    if (entry === undefined) return undefined;
    try {
      const text = await unpack(entry.value, { maxOutputLength: MAX_UNPACKED });
      return { value: JSON.parse(text.toString('utf8')) as T };
    } catch {
      // written over by what is worked out now
      return undefined;
    }
  }

  private async write(key: string, value: unknown): Promise<void> {
    const packed = await pack(JSON.stringify(value) ?? 'null', { level: 1 });
    if (packed.length <= MAX_PACKED) await this.bus.bucket('CACHE').put(key, packed);
  }

  private async quietly<T>(step: () => Promise<T>): Promise<T | undefined> {
    if (performance.now() < this.offUntil) return undefined;
    try {
      return await step();
    } catch (error) {
      this.offUntil = performance.now() + PAUSE;
      this.log.debug('the cache is left alone for a minute', { error });
      return undefined;
    }
  }
}
