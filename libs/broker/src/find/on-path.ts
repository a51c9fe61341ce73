import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** The programs of a name on PATH, in its order; relative entries are passed over, for they change with the folder. */
export const onPath = async (program: string, path = process.env['PATH'] ?? ''): Promise<string[]> => {
  const found: string[] = [];
  for (const folder of new Set(path.split(delimiter).filter(isAbsolute))) {
    const file = join(folder, program);
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) found.push(file);
  }
  return found;
};
