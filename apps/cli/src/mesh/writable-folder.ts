import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { WaggleError } from '@waggle/protocol';

const codeIn = (cause: unknown): string => (cause as NodeJS.ErrnoException).code ?? '';

const make = async (path: string, mode: number): Promise<void> => {
  try {
    await mkdir(path, { mode });
  } catch (cause) {
    if (codeIn(cause) !== 'EEXIST' || !(await stat(path)).isDirectory()) throw cause;
  }
};

/** One after another: node's own `recursive` never ends where a folder that is there refuses new ones as if it were not (/proc). */
const makeAll = async (path: string, mode: number): Promise<void> => {
  try {
    await make(path, mode);
  } catch (cause) {
    if (codeIn(cause) !== 'ENOENT' || dirname(path) === path) throw cause;
    await makeAll(dirname(path), mode);
    await make(path, mode);
  }
};

export interface WritableOptions {
  /** Of folders that are made; who else may look into them, as the umask has it, when left out. */
  mode?: number;
  remedy?: string;
}

/** Makes a folder that somebody named, and those above it. `CONFIG_INVALID` where nothing can be written into it. */
export const makeWritable = async (path: string, options: WritableOptions = {}): Promise<void> => {
  const { mode = 0o777, remedy = 'Name another folder, one in which you may write.' } = options;
  try {
    await makeAll(resolve(path), mode);
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new WaggleError('CONFIG_INVALID', `nothing can be written into ${path} (${codeIn(cause)})`, { path, cause, remedy });
  }
};
