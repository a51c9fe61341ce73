import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changing } from '../session/apply-allowed.js';
import { findTarget } from '../session/target.js';
import { meshFolder, type MeshFolder } from './folder.js';
import { Mesh } from './mesh.js';
import { refuseUnfinished, whileRestoring } from './unfinished-restore.js';

describe('a folder into which a backup is restored', () => {
  let folder: MeshFolder;
  beforeEach(async () => (folder = meshFolder(await mkdtemp(join(tmpdir(), 'waggle-restoring-')))));
  afterEach(() => rm(folder.path, { recursive: true }));

  const events = Object.fromEntries(
    ['onProgress', 'onBroker', 'onBrokerDown', 'onUp', 'onDown', 'onError'].map((name) => [name, () => undefined]),
  ) as unknown as Parameters<typeof Mesh.start>[0]['events'];
  const up = () => Mesh.start({ root: folder.path, folder, processes: false, events, signal: AbortSignal.abort() });

  test('is no mesh before its end, and one afterwards', async () => {
    await refuseUnfinished(folder);
    const done = await whileRestoring(folder, '/b', async () => {
      await expect(refuseUnfinished(folder)).rejects.toMatchObject({ code: 'RESTORE_UNFINISHED' });
      return 7;
    });
    expect(done).toBe(7);
    await refuseUnfinished(folder);
  });

  test('and was not to its end is refused by whoever would run, use or change it', async () => {
    await expect(whileRestoring(folder, '/b', () => Promise.reject(new Error('no room')))).rejects.toThrow('no room');
    await writeFile(folder.allowed, '[]');
    const unfinished = {
      code: 'RESTORE_UNFINISHED',
      message: `the restore of /b into ${folder.path} did not end`,
      remedy: expect.stringContaining(`remove ${folder.path} and run \`waggle restore /b\` again`),
    };
    await expect(up()).rejects.toMatchObject(unfinished);
    await expect(findTarget(folder, {})).rejects.toMatchObject(unfinished);
    await expect(changing({ folder }, async () => undefined)).rejects.toMatchObject(unfinished);
  });
});
