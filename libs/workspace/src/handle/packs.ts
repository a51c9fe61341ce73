import type { Entry } from '../entry.js';

/** About every so many files a pack ends; none holds more than four times as many. */
const SIZE = 16;

const endsPack = (path: string): boolean => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < path.length; at++) hash = Math.imul(hash ^ path.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % SIZE === 0;
};

/**
 * Neighbouring entries in small packs whose borders depend on the paths alone: what changes in one file, or a file
 * that comes or goes, leaves all packs but its own as they were. What was worked out of a pack can so be kept.
 */
export const cutIntoPacks = (entries: readonly Entry[]): Entry[][] => {
  const packs: Entry[][] = [];
  let open: Entry[] = [];
  for (const entry of entries) {
    open.push(entry);
    if (open.length < SIZE * 4 && !endsPack(entry.path)) continue;
    packs.push(open);
    open = [];
  }
  return open.length === 0 ? packs : [...packs, open];
};
