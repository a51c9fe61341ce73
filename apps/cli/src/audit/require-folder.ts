import { stat } from 'node:fs/promises';
import { WaggleError } from '@waggle/protocol';

/** Refused at once: starting a mesh for a path that cannot be audited would waste a person's time. `PATH_INVALID` */
export const requireFolder = async (path: string): Promise<void> => {
  const there = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new WaggleError(
      'PATH_INVALID',
      `${path}: ${cause.code === 'ENOENT' ? 'there is no such folder' : `it cannot be read (${cause.code ?? ''})`}`,
      { path, cause },
    );
  });
  if (!there.isDirectory()) throw new WaggleError('PATH_INVALID', `${path}: it is not a folder`, { path });
};
