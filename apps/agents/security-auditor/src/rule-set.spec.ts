import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtInRules } from '@waggle/analysis';
import { loadRules } from './rule-set.js';

const rule = (id: string, shape: string): string => `
id: ${id}
title: T
languages: [python, go]
severity: low
why: w
remedy: r
message: m
${shape}
examples: { bad: ['print(1)', 'print()'], good: ['a', 'b'] }
`;

describe('the rules of an auditor', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waggle-rules-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('are the built-in ones, and those of a folder, which may take the place of one', async () => {
    expect((await loadRules({})).rules).toEqual(builtInRules());
    await writeFile(join(folder, 'a.yaml'), rule('mine/print', 'call: { name: ^print$ }'));
    await writeFile(join(folder, 'b.yml'), rule('security/py-eval', 'call: { name: ^eval$ }'));
    const { rules } = await loadRules({ WAGGLE_RULES: folder });
    expect(rules.length).toBe(builtInRules().length + 1);
    expect(rules.find(({ id }) => id === 'security/py-eval')?.title).toBe('T');
  });

  it('are refused with the file and place that are wrong', async () => {
    await writeFile(join(folder, 'a.yaml'), rule('mine/print', 'tree: { rule: { kind: call } }'));
    await expect(loadRules({ WAGGLE_RULES: folder })).rejects.toMatchObject({
      code: 'INVALID_RULE',
      message: expect.stringMatching(/a\.yaml: mine\/print: tree cannot be looked for in go: .*call/),
    });
    await writeFile(join(folder, 'a.yaml'), rule('mine/print', 'call: { name: a }'));
    await writeFile(join(folder, 'b.yaml'), rule('mine/print', 'call: { name: a }'));
    await expect(loadRules({ WAGGLE_RULES: folder })).rejects.toThrow(/b\.yaml: the rule mine\/print stands in a\.yaml too/);
    await expect(loadRules({ WAGGLE_RULES: join(folder, 'none') })).rejects.toMatchObject({ code: 'INVALID_RULE' });
  });
});
