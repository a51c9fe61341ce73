/** Packages of peers are none of ours: they are taken from a folder whose `node_modules` has them. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/** A `require` that looks where a module in that folder would. */
export const packagesOf = (from) => createRequire(join(resolve(from), 'index.js'));

/** Undefined where it is not there. */
export const versionOf = (from, name) => {
  try {
    return JSON.parse(readFileSync(join(from, 'node_modules', name, 'package.json'), 'utf8')).version;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
};
