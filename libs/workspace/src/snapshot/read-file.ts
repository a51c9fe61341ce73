import { isUtf8 } from 'node:buffer';
import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { Entry } from '../entry.js';
import { reasonOf } from './reason.js';

/** How often a file that changes under the reader is read again. */
const ATTEMPTS = 3;

/** Bytes looked at to tell binary from text. */
const HEAD = 8192;

/** A text as UTF-8, with `reason` when it was none before; or the entry that says why there is none. */
export type ReadResult = { content: Buffer; reason?: string } | { entry: Entry };

const isBinary = (head: Buffer): boolean => {
  let control = 0;
  for (const byte of head) {
    if (byte === 0) return true;
    if (byte < 7 || (byte > 13 && byte < 32 && byte !== 27)) control++;
  }
  return control > head.length / 10;
};

const startsAsUtf16 = (head: Buffer): boolean => (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);

const WINDOWS_1252 = new TextDecoder('windows-1252');

/** Bytes that stand for nothing in Windows-1252: what holds one is in yet another encoding. */
const UNASSIGNED = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/** A text that is no UTF-8 as what editors of the West wrote before it, Latin-1 included; undefined when it cannot be that. */
const decoded = (content: Buffer): Buffer | undefined =>
  content.some((byte) => UNASSIGNED.has(byte)) ? undefined : Buffer.from(WINDOWS_1252.decode(content));

/** Up to `length` bytes from the start; fewer at the end of the file. */
const readUpTo = async (handle: FileHandle, length: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
};

const unchanged = (before: Stats, after: Stats, read: number): boolean =>
  before.size === after.size && before.mtimeMs === after.mtimeMs && before.ino === after.ino && read === after.size;

/**
 * One regular file: its text, or the entry that says why there is none. Never follows a link, never waits for a
 * pipe, never holds more than `limit` bytes.
 */
export const readTextFile = async (file: { path: string; absolute: string }, limit: number): Promise<ReadResult> => {
  const { path } = file;
  let handle: FileHandle | undefined;
  try {
    handle = await open(file.absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = await handle.stat();
      const size = before.size;
      if (!before.isFile()) return { entry: { path, kind: 'special', size: 0, reason: 'it became something else while it was read' } };
      if (size === 0) return { entry: { path, kind: 'empty', size, reason: 'it is empty' } };
      const content = await readUpTo(handle, Math.min(size > limit ? HEAD : size + 1, limit + 1));
      if (startsAsUtf16(content)) return { entry: { path, kind: 'not-utf8', size, reason: 'it is UTF-16, not UTF-8' } };
      if (isBinary(content.subarray(0, HEAD))) return { entry: { path, kind: 'binary', size, reason: 'it is binary' } };
      if (size > limit) return { entry: { path, kind: 'too-large', size, reason: `it is larger than ${limit} bytes` } };
      if (!unchanged(before, await handle.stat(), content.length)) continue;
      if (isUtf8(content)) return { content };
      const text = decoded(content);
      return text === undefined
        ? { entry: { path, kind: 'not-utf8', size, reason: 'it is not UTF-8' } }
        : { content: text, reason: 'it is not UTF-8 and was read as Windows-1252' };
    }
    return { entry: { path, kind: 'changing', size: 0, reason: 'it kept changing while it was read' } };
  } catch (error) {
    return { entry: { path, kind: 'unreadable', size: 0, reason: reasonOf(error) } };
  } finally {
    await handle?.close().catch(() => undefined);
  }
};
