import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { isUtf8 } from 'node:buffer';
import type { Entry } from '../entry.js';
import { GITIGNORE_BYTES, type IgnoreChain } from './gitignore.js';
import { describeLink } from './link.js';
import { reasonOf } from './reason.js';

/** What a walk finds: a regular file still to be read, or an entry that is complete. */
export type Found = { file: { path: string; absolute: string } } | { entry: Entry } | { ignored: true };

interface Folder {
  /** '' or ending in `/`. */
  path: string;
  chain: IgnoreChain;
}

export interface WalkOptions {
  root: string;
  /** Rules from above, and what to put before a path when asking them. */
  chain: IgnoreChain;
  prefix: string;
}

const ownRules = async (absolute: string): Promise<string | undefined> => {
  const content = await readFile(absolute).catch(() => undefined);
  return content !== undefined && content.length <= GITIGNORE_BYTES ? content.toString('utf8') : undefined;
};

/** Goes through a tree without following links, one folder at a time; `.git` is never entered. */
export async function* walk({ root, chain, prefix }: WalkOptions): AsyncGenerator<Found> {
  const waiting: Folder[] = [{ path: '', chain }];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    let names: Dirent<Buffer>[];
    const absolute = `${root}/${folder.path}`;
    try {
      // Names are bytes: one that is no UTF-8 must not collide with another after decoding.
      names = await readdir(absolute, { withFileTypes: true, encoding: 'buffer' });
    } catch (error) {
      yield { entry: { path: folder.path === '' ? '/' : folder.path, kind: 'unreadable', size: 0, reason: reasonOf(error) } };
      continue;
    }
    let rules = folder.chain;
    if (names.some((dirent) => dirent.name.toString() === '.gitignore' && dirent.isFile())) {
      const content = await ownRules(`${absolute}.gitignore`);
      if (content !== undefined) rules = rules.with(prefix + folder.path, content);
    }
    for (const dirent of names) {
      const found = await classify(dirent, { root, prefix, folder, rules });
      if (found === undefined) continue;
      if ('folder' in found) waiting.push({ path: found.folder, chain: rules });
      else yield found;
    }
  }
}

interface Place {
  root: string;
  prefix: string;
  folder: Folder;
  rules: IgnoreChain;
}

const classify = async (
  dirent: Dirent<Buffer>,
  { root, prefix, folder, rules }: Place,
): Promise<Found | { folder: string } | undefined> => {
  if (!isUtf8(dirent.name)) {
    const shown = dirent.name
      .toString('latin1')
      .replace(/[^\x20-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
    return { entry: { path: folder.path + shown, kind: 'bad-name', size: 0, reason: 'the name is not UTF-8' } };
  }
  const name = dirent.name.toString('utf8');
  if (name === '.git') return undefined;
  const path = folder.path + name;
  if (rules.ignores(prefix + path + (dirent.isDirectory() ? '/' : ''))) return { ignored: true };
  if (dirent.isDirectory()) return { folder: `${path}/` };
  if (dirent.isFile()) return { file: { path, absolute: `${root}/${path}` } };
  if (dirent.isSymbolicLink()) return { entry: { path, size: 0, ...(await describeLink(root, `${root}/${path}`)) } };
  return { entry: { path, kind: 'special', size: 0, reason: 'neither a file nor a folder (socket, pipe or device)' } };
};
