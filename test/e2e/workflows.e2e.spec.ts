import { BOUND, Place } from './place.js';

jest.setTimeout(BOUND);

const YAML = (version: string, said: string): string => `
name: greet
version: ${version}
description: Says something twice
steps:
  - { id: first, skill: echo.echo, input: { said: '${said}' } }
  - { id: second, skill: echo.echo, needs: [first], input: '\${{ steps.first.output }}' }
output: '\${{ steps.second.output }}'
`;

describe('stored workflows', () => {
  let place: Place;

  beforeAll(async () => {
    place = await Place.make();
    await place.up();
  });
  afterAll(() => place.remove());

  test('are pushed once and for ever, listed, shown, run by version', async () => {
    const old = await place.file('greet-1.9.yaml', YAML('1.9.0', 'old'));
    const young = await place.file('greet-1.10.yaml', YAML('"1.10"', 'young'));
    expect(await place.cli(['workflows', 'push', old, young, '--json'])).toMatchObject({
      code: 0,
      json: {
        pushed: [
          { name: 'greet', version: '1.9.0', stored: true },
          { version: '1.10.0', stored: true },
        ],
      },
    });
    // comments and layout are not the content
    await place.file('greet-1.9.yaml', `# a word\n${YAML('1.9.0', 'old')}`);
    expect(await place.cli(['workflows', 'push', old, '--json'])).toMatchObject({ code: 0, json: { pushed: [{ stored: false }] } });
    await place.file('greet-1.9.yaml', YAML('1.9.0', 'other'));
    expect(await place.cli(['workflows', 'push', old, '--json'])).toMatchObject({
      code: 2,
      json: { error: { code: 'WORKFLOW_EXISTS', path: old } },
    });

    const { json } = await place.cli(['workflows', '--json']);
    expect(json.workflows).toEqual(
      expect.arrayContaining([
        { name: 'greet', version: '1.10.0', versions: 2, valid: true, description: 'Says something twice' },
        expect.objectContaining({ name: 'repo-audit' }),
      ]),
    );
    const all = await place.cli(['workflows', 'list', 'greet', '--json']);
    const there = expect.stringMatching(/no workflow "nope" is stored; there are .*greet/) as string;
    expect(await place.cli(['workflows', 'list', 'nope', '--json'])).toMatchObject({
      code: 2,
      json: { error: { code: 'WORKFLOW_UNKNOWN', message: there } },
    });
    expect(all.json.workflows.map(({ version }: { version: string }) => version)).toEqual(['1.10.0', '1.9.0']);
    expect((await place.cli(['workflows', 'show', 'greet@1.9'])).stdout).toContain("said: 'old'");
    expect((await place.cli(['run', 'greet', '--json'])).json).toMatchObject({ outcome: { output: { said: 'young' } } });
    expect((await place.cli(['run', 'greet@1.9', '--json'])).json).toMatchObject({ outcome: { output: { said: 'old' } } });
  });

  test('are drawn, from a file without a mesh and as they are stored', async () => {
    const { stdout } = await place.cli(['workflows', 'graph', 'workflows/repo-audit.yaml', '--data', `${place.dir}/no-mesh`]);
    expect(stdout).toContain('flowchart TD');
    expect(stdout).toContain('tech-debt.analyze');
    expect((await place.cli(['workflows', 'graph', 'repo-audit', '--format', 'dot'])).stdout).toMatch(
      /^digraph "repo-audit \d+\.\d+\.\d+" \{/,
    );
    expect((await place.cli(['workflows', 'graph', 'repo-audit', '--json'])).json).toMatchObject({ name: 'repo-audit', format: 'mermaid' });
  });

  test('a push says which skills nobody offers', async () => {
    const file = await place.file('lonely.yaml', 'name: lonely\nversion: 1.0.0\nsteps: [{ id: a, skill: no.such }]\n');
    const { code, stderr } = await place.cli(['workflows', 'push', file]);
    expect(code).toBe(0);
    expect(stderr).toContain('nobody offers no.such now');
  });

  test.each([
    [['workflows', 'show', 'nope'], 'WORKFLOW_UNKNOWN'],
    [['workflows', 'show', 'repo-audit@9'], 'WORKFLOW_UNKNOWN'],
    [['workflows', 'show', 'repo-audit@x'], 'BAD_USAGE'],
    [['workflows', 'list', 'a>b'], 'BAD_USAGE'],
    [['workflows', 'push', '/nowhere.yaml'], 'BAD_USAGE'],
    [['workflows', 'graph', '/nowhere.yaml'], 'BAD_USAGE'],
    [['workflows', 'graph', 'repo-audit', '--format', 'png'], 'BAD_USAGE'],
  ])('%j is refused with %s', async (args, code) => {
    expect(await place.cli([...args, '--json'])).toMatchObject({ code: 2, json: { error: { code } } });
  });

  test('a file with a mistake is told by line and column, and nothing of the push is stored', async () => {
    const good = await place.file('good.yaml', YAML('7.0.0', 'x'));
    const bad = await place.file('bad.yaml', 'name: bad\nversion: 1.0.0\nsteps:\n  - { id: a, skill: echo.echo, needs: [b] }\n');
    const { code, json } = await place.cli(['workflows', 'push', good, bad, '--json']);
    expect(code).toBe(2);
    expect(json.error).toMatchObject({ code: 'INVALID_DEFINITION', path: expect.stringContaining('bad.yaml:4:') });
    expect(await place.cli(['workflows', 'show', 'greet@7', '--json'])).toMatchObject({ json: { error: { code: 'WORKFLOW_UNKNOWN' } } });
  });
});
