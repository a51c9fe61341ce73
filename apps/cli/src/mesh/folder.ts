import { join, resolve } from 'node:path';
import { makeWritable } from './writable-folder.js';

/** Where a mesh keeps what is its own: nothing of it lies elsewhere. */
export interface MeshFolder {
  readonly path: string;
  /** The broker's store, configuration and log. */
  readonly data: string;
  readonly keys: string;
  readonly logs: string;
  /** What runs now, for other commands. */
  readonly state: string;
  /** Who was let in by `allow`. */
  readonly allowed: string;
  /** Stands from the beginning of a restore to its end; names the backup. */
  readonly restoring: string;
  /** Held while a mesh starts or is changed. */
  readonly lock: string;
}

export const meshFolder = (path: string): MeshFolder => {
  const folder = resolve(path);
  return {
    path: folder,
    data: join(folder, 'data'),
    keys: join(folder, 'keys'),
    logs: join(folder, 'logs'),
    state: join(folder, 'mesh.json'),
    allowed: join(folder, 'allowed.json'),
    restoring: join(folder, 'restoring'),
    lock: join(folder, 'lock'),
  };
};

/** Makes the folder where there is none. `CONFIG_INVALID` where nothing can be written into it. */
export const makeFolder = ({ path }: MeshFolder): Promise<void> =>
  makeWritable(path, { remedy: 'Name a folder in which you may write, with --data or WAGGLE_DATA.' });

/** The folder of all that Waggle writes on its own: broker binary, mesh, reports. */
export const homeOf = (root: string): string => join(root, '.waggle');
