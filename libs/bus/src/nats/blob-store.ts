import { createHash } from 'node:crypto';
import { subjects, WaggleError } from '@waggle/protocol';
import { lookedFor } from '../look-again.js';
import type { BlobHandle, Blobs } from '../port.js';
import { inParallel } from './in-parallel.js';
import type { Publisher } from './publisher.js';
import type { Reader } from './reader.js';

const CHUNK = 512 * 1024;
/** Left of the broker's payload limit for headers. */
const MARGIN = 4 * 1024;
const MAX_SIZE = 256 * 1024 * 1024;
const AT_ONCE = 8;

/** Content-addressed chunks: written by anyone under its own name, trusted by nobody before its hash is checked. */
export class BlobStore implements Blobs {
  constructor(
    private readonly me: string,
    private readonly io: { publisher: Pick<Publisher, 'publish'>; reader: Pick<Reader, 'last'>; maxPayload: () => number },
  ) {}

  async put(tenant: string, content: Uint8Array, type: string): Promise<BlobHandle> {
    if (content.length > MAX_SIZE) throw new WaggleError('BLOB_TOO_LARGE', `${content.length} bytes, at most ${MAX_SIZE}`);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const chunk = Math.min(CHUNK, this.io.maxPayload() - MARGIN);
    const chunks = Math.max(1, Math.ceil(content.length / chunk));
    await inParallel(chunks, AT_ONCE, (n) =>
      this.io.publisher.publish(subjects.blob(tenant, this.me, sha256, n), content.subarray(n * chunk, (n + 1) * chunk), {
        timeout: 30_000,
      }),
    );
    return { writer: this.me, sha256, size: content.length, chunks, type };
  }

  async get(tenant: string, blob: BlobHandle): Promise<Uint8Array> {
    if (blob.size > MAX_SIZE || blob.chunks > MAX_SIZE / 1024)
      throw new WaggleError('BLOB_TOO_LARGE', `${blob.size} bytes, at most ${MAX_SIZE}`);
    const parts = new Array<Uint8Array>(blob.chunks);
    await inParallel(blob.chunks, AT_ONCE, async (n) => {
      const found = await lookedFor(() => this.io.reader.last('BLOB', subjects.blob(tenant, blob.writer, blob.sha256, n)));
      if (!found) throw new WaggleError('BLOB_MISSING', `chunk ${n} of ${blob.sha256} by ${blob.writer}`);
      parts[n] = found.body;
    });
    const content = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    if (content.length !== blob.size || createHash('sha256').update(content).digest('hex') !== blob.sha256) {
      throw new WaggleError('BLOB_CORRUPT', `${blob.sha256} by ${blob.writer}`);
    }
    return content;
  }
}
