import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAllowed, writeAllowed } from './allowed.js';
import { Keys } from './keys.js';

describe('keys of a mesh', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'waggle-keys-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  test('are made once, readable by their owner alone', async () => {
    const keys = new Keys(join(dir, 'keys'));
    const first = await keys.publicKey('a');
    expect(await keys.publicKey('a')).toBe(first);
    expect((await stat(join(dir, 'keys'))).mode & 0o777).toBe(0o700);
    expect((await stat(keys.seedFile('a'))).mode & 0o777).toBe(0o600);
    expect(await keys.seed('a')).toMatch(/^SU/);
    await keys.remove('a');
    expect(await keys.seed('a')).toBeUndefined();
    expect(await keys.publicKey('a')).not.toBe(first);
  });

  test('who was let in is a list with a mark of its content; a broken one is named', async () => {
    const file = join(dir, 'allowed.json');
    const none = await readAllowed(file);
    expect(none.manifests).toEqual([]);
    const written = await writeAllowed(file, [{ name: 'x', kind: 'client', tenant: 'default' }]);
    expect(await readAllowed(file)).toEqual(written);
    expect(written.mark).not.toBe(none.mark);
    await writeFile(file, '{');
    await expect(readAllowed(file)).rejects.toMatchObject({ code: 'CONFIG_INVALID', path: file });
  });
});
