import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MeshFolder } from './folder.js';

const isTold = (name: string): boolean => name.endsWith('.pub') || name.endsWith('.next.nk');

/** Changes with who may sign in and by which keys. Holds nothing secret. */
export const markOf = async ({ allowed, keys }: MeshFolder): Promise<string> => {
  const hash = createHash('sha256').update(await readFile(allowed).catch(() => ''));
  for (const name of (await readdir(keys).catch(() => [])).filter(isTold).sort()) {
    hash.update(name);
    if (name.endsWith('.pub')) hash.update(await readFile(join(keys, name)).catch(() => ''));
  }
  return hash.digest('hex').slice(0, 16);
};
