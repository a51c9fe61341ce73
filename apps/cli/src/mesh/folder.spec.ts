import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder, meshFolder } from './folder.js';

describe('the folder of a mesh', () => {
  let home: string;
  beforeEach(async () => (home = await mkdtemp(join(tmpdir(), 'waggle-folder-'))));
  afterEach(() => rm(home, { recursive: true }));

  test('is made where there is none', async () => {
    const folder = meshFolder(join(home, 'a', 'b'));
    await makeFolder(folder);
    expect((await stat(folder.path)).isDirectory()).toBe(true);
  });

  test('that cannot be written is refused with a code and what to do, not taken for a bug', async () => {
    const file = join(home, 'file');
    await writeFile(file, '');
    // /proc says of a new folder in it that it is not there: looked for again and again, the command would never end
    for (const path of [file, join(file, 'inner'), '/proc/waggle/mesh']) {
      await expect(makeFolder(meshFolder(path))).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        path,
        message: expect.stringContaining(path),
        remedy: expect.stringContaining('--data'),
      });
    }
  });
});
