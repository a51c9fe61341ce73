import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readInput } from './read-input.js';

describe('the input of a flow', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'waggle-input-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  test('values are JSON where they are JSON, else text; later ones replace earlier ones', async () => {
    expect(await readInput(['a=1', 'b=true', 'c=[1,"x"]', 'd=hello world', 'e=', 'f=x=y', 'a=2'])).toEqual({
      a: 2,
      b: true,
      c: [1, 'x'],
      d: 'hello world',
      e: '',
      f: 'x=y',
    });
  });

  test('a file holds all of it, as JSON or YAML; fields after it replace its own', async () => {
    const file = join(dir, 'input.yaml');
    await writeFile(file, 'a: 1\nb: { c: [2] }\n');
    expect(await readInput([`@${file}`, 'a=9'])).toEqual({ a: 9, b: { c: [2] } });
  });

  test.each(['', '=1', 'nothing', '__proto__=1'])('%j is bad usage', async (given) => {
    await expect(readInput([given])).rejects.toMatchObject({ code: 'BAD_USAGE' });
  });

  test('a file that is missing, or holds something else, is named', async () => {
    await expect(readInput(['@/nowhere.json'])).rejects.toMatchObject({ code: 'BAD_USAGE', path: '/nowhere.json' });
    for (const [name, text] of [
      ['list.json', '[1]'],
      ['bad.json', '{"a": '],
    ] as const) {
      await writeFile(join(dir, name), text);
      await expect(readInput([`@${join(dir, name)}`])).rejects.toMatchObject({ code: 'INVALID_INPUT', path: join(dir, name) });
    }
  });
});
