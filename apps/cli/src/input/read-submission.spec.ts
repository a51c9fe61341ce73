import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSubmission } from './read-submission.js';

describe('a submission in a file', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'waggle-submission-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const given = async (name: string, text: string): Promise<string> => {
    await writeFile(join(dir, name), text);
    return join(dir, name);
  };

  const TASK = { skill: 'echo.echo', input: { text: 'x' } };
  test.each([
    ['task.json', JSON.stringify(TASK)],
    ['message.json', JSON.stringify({ type: 'waggle.submit.v1', payload: TASK })],
    ['task.yaml', 'skill: echo.echo\ninput: { text: x }\n'],
    ['message.yml', 'type: waggle.submit.v1\npayload: { skill: echo.echo, input: { text: x } }\n'],
  ])('is read: %s', async (name, text) => {
    expect(await readSubmission(await given(name, text))).toEqual(TASK);
  });

  test.each([
    ['misspelt', 'a.json', '{"skil":"echo.echo"}', { code: 'INVALID_MESSAGE', path: 'skil' }],
    ['misspelt beside others', 'b.json', '{"skill":"echo.echo","inptu":{}}', { code: 'INVALID_MESSAGE', path: 'inptu' }],
    ['a workflow', 'c.yaml', 'name: x\nsteps: []\n', { code: 'BAD_USAGE', remedy: expect.stringContaining('waggle run ') as string }],
    ['a list', 'd.json', '[]', { code: 'INVALID_MESSAGE' }],
    ['no JSON', 'e.json', 'skill: echo.echo', { code: 'BAD_JSON' }],
    ['no YAML', 'f.yaml', 'skill: [', { code: 'INVALID_MESSAGE', remedy: expect.stringContaining('YAML') as string }],
  ])('is refused: %s', async (...[, name, text, expected]) => {
    await expect(readSubmission(await given(name, text))).rejects.toMatchObject(expected);
  });
});
