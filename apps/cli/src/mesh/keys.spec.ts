import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAllowed, writeAllowed } from './allowed.js';
import { meshFolder } from './folder.js';
import { Keys } from './keys.js';
import { markOf } from './mark.js';

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

  test('while a key is rotated both sign in, and the seed is never one that may not', async () => {
    const keys = new Keys(join(dir, 'keys'));
    const former = await keys.publicKey('a');
    const seed = await keys.seed('a');
    await keys.addNext('a');
    const [next, ...others] = (await keys.publicKeys(['a']))['a']!;
    expect(next).not.toBe(former);
    expect(others).toEqual([former]);
    expect(await keys.seed('a')).toBe(seed);
    await expect(keys.addNext('a')).rejects.toMatchObject({ code: 'BAD_USAGE' });
    await keys.promote('a');
    await keys.promote('a');
    expect(await keys.seed('a')).not.toBe(seed);
    expect(await keys.isRotated('a')).toBe(true);
    await keys.dropFormer('a');
    expect((await keys.publicKeys(['a']))['a']).toEqual([next]);
  });

  test('who was let in is a list; a broken one is named; the mark changes with it and with the keys', async () => {
    const folder = meshFolder(dir);
    const marks = [await markOf(folder)];
    expect(await readAllowed(folder.allowed)).toEqual([]);
    await writeAllowed(folder.allowed, [{ name: 'x', kind: 'client', tenant: 'default' }]);
    expect(await readAllowed(folder.allowed)).toEqual([{ name: 'x', kind: 'client', tenant: 'default' }]);
    marks.push(await markOf(folder));
    const keys = new Keys(folder.keys);
    await keys.publicKey('x');
    marks.push(await markOf(folder));
    await keys.addNext('x');
    marks.push(await markOf(folder));
    await keys.promote('x');
    marks.push(await markOf(folder));
    await keys.dropFormer('x');
    marks.push(await markOf(folder));
    expect(new Set(marks).size).toBe(6);
    await writeFile(folder.allowed, '{');
    await expect(readAllowed(folder.allowed)).rejects.toMatchObject({ code: 'CONFIG_INVALID', path: folder.allowed });
  });
});
