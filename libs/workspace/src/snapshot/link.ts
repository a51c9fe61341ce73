import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Entry } from '../entry.js';

/** What a link is: links are listed and never followed. `root` is a real path. */
export const describeLink = async (root: string, absolute: string): Promise<Pick<Entry, 'kind' | 'reason'>> => {
  try {
    const target = await realpath(absolute);
    return target === root || target.startsWith(root.endsWith(sep) ? root : root + sep)
      ? { kind: 'link', reason: 'a link; what it leads to is listed under its own path' }
      : { kind: 'link-outside', reason: 'a link that leads out of the folder' };
  } catch (error) {
    const looping = (error as NodeJS.ErrnoException).code === 'ELOOP';
    return { kind: 'link-broken', reason: looping ? 'a link that leads back to itself' : 'a link that leads nowhere' };
  }
};
