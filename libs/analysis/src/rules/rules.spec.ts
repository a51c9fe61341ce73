import { join } from 'node:path';
import { FindingList } from '../finding-list.js';
import { applyRules } from './apply.js';
import { builtInRules } from './built-in.js';
import { readRuleFolder } from './read-rule-folder.js';
import { readRules } from './read-rules.js';
import type { Rule } from './rule.js';
import { tryExamples } from './try-examples.js';

const FOLDER = join(__dirname, '../../rules');

describe('the rules that come with Waggle', () => {
  let rules: Rule[];
  beforeAll(async () => {
    rules = await readRuleFolder(FOLDER);
  });

  it('are those that travel in the code', () => {
    const bare = (each: Rule): unknown => ({ ...each, examples: undefined, own: undefined });
    expect(builtInRules().map(bare)).toEqual(rules.map(bare));
  });

  it('each name a weakness and an entry of the Top Ten, and how to mend it', () => {
    for (const rule of rules) expect([rule.id, rule.cwe === undefined, rule.owasp === undefined]).toEqual([rule.id, false, false]);
  });

  it('find every bad example and leave every good one alone, in every language they name', async () => {
    for (const rule of rules) expect(await tryExamples(rule)).toEqual([]);
  }, 120_000);
});

describe('the patterns of rules', () => {
  const HOSTILE = ['\n', ' ', 'a', '(', '"', '= ', '{ ', '[', '\t\n', 'curl ', 'a.'].map((piece) =>
    piece.repeat(Math.ceil(20_000 / piece.length)),
  );

  it('take no time to speak of on text made to take it', async () => {
    for (const { id, mentions, unless, text } of builtInRules()) {
      for (const pattern of [mentions, unless, text?.pattern]) {
        if (pattern === undefined) continue;
        const started = performance.now();
        for (const hostile of HOSTILE) hostile.search(pattern);
        expect([id, performance.now() - started < 1500]).toEqual([id, true]);
      }
    }
  }, 120_000);
});

describe('a rule of yours', () => {
  const written = `
id: mine/no-print
title: Printing
languages: [python]
severity: low
why: w
remedy: r
message: m
call: { name: ^print$ }
examples: { bad: ['print(1)', 'print()'], good: ['log(1)', 'printer(1)'] }
`;
  const refusal = (text: string): string => {
    try {
      readRules(text, 'mine.yaml');
    } catch (error) {
      return (error as Error).message;
    }
    return 'taken';
  };

  it('is read and tried', async () => {
    const [rule] = readRules(written, 'mine.yaml');
    expect(await tryExamples(rule!)).toEqual([]);
  });

  it('may not take for ever on a text made for it', () => {
    const withText = (pattern: string): string =>
      refusal(written.replace('call: { name: ^print$ }', () => `text: { pattern: '${pattern}' }`));
    for (const pattern of ['(a+)+$', '^(?:\\w*)*x', '([a-z]+){2,}', '(.*)*']) expect(withText(pattern)).toContain('for ever');
    expect(withText('(a+,)+(b|c)*d{1,3}')).toBe('taken');
  });

  it('has so much time for a file, whatever shape its pattern hides behind', async () => {
    const [rule] = readRules(
      written.replace('call: { name: ^print$ }', () => "text: { pattern: '^(a|a)*$' }"),
      'mine.yaml',
    );
    const text = `${'a'.repeat(60)}b`;
    const list = new FindingList('rules', 'a.py', [text]);
    const source = { path: 'a.py', language: 'python' as const, text };
    expect(applyRules([rule!], source, list)).toEqual({ omitted: 0, late: ['mine/no-print'] });
    for (let turn = 0; turn < 2; turn++) applyRules([rule!], source, list);
    const began = performance.now();
    expect(applyRules([rule!], source, list).late).toEqual(['mine/no-print']);
    expect(performance.now() - began).toBeLessThan(1000);
    const [other] = readRules(
      written
        .replace("['print(1)', 'print()']", `['${text}', 'print()']`)
        .replace('call: { name: ^print$ }', () => "text: { pattern: '^(a|a)*$' }"),
      'b.yaml',
    );
    await expect(tryExamples(other!)).rejects.toMatchObject({ code: 'INVALID_RULE', message: expect.stringContaining('longer than') });
  }, 30_000);

  it('has its examples tried in earnest', async () => {
    const [rule] = readRules(written.replace("'log(1)'", "'print(2)'").replace("'print()'", "'say()'"), 'mine.yaml');
    expect((await tryExamples(rule!)).map(({ kind, code, found }) => [kind, code, found])).toEqual([
      ['bad', 'say()', 0],
      ['good', 'print(2)', 1],
    ]);
  });

  it.each([
    [written.replace('severity: low', 'severity: awful'), /mine\.yaml: severity must be one of/],
    [written.replace('title: Printing\n', ''), /title is missing/],
    [written.replace('^print$', '"("'), /call\.name: is no regular expression/],
    [written.replace('call: { name: ^print$ }', ''), /must have one of call, tree, text, pair/],
    [written.replace("['print(1)', 'print()']", "['print(1)']"), /examples\.bad/],
    [`${written}extra: 1\n`, /extra is not known here/],
    ['a: [', /is no YAML/],
  ])('is refused with the place that is wrong', (text, message) => expect(refusal(text)).toMatch(message));
});
