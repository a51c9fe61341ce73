const BLOCK = 512;

const text = (block: Buffer, from: number, length: number): string => {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString('utf8');
};

/** The content of the first regular file of that base name in an (unpacked) tar archive. */
export const fileInTar = (archive: Buffer, name: string): Buffer | undefined => {
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    const path = text(header, 0, 100);
    if (path === '') return undefined;
    const size = Number.parseInt(text(header, 124, 12).trim(), 8);
    if (!Number.isSafeInteger(size) || size < 0) return undefined;
    const type = text(header, 156, 1);
    const from = at + BLOCK;
    if ((type === '0' || type === '') && path.split('/').at(-1) === name) {
      return from + size <= archive.length ? archive.subarray(from, from + size) : undefined;
    }
    at = from + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
};
