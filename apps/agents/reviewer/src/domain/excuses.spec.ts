import { excusesIn, FindingList, type Finding, type RuleInfo } from '@waggle/analysis';
import { parseBaseline } from './baseline.js';
import { judge } from './excuses.js';

const RULE: RuleInfo = { id: 'debt/complexity', title: 'C', severity: 'medium', category: 'debt', why: 'w', remedy: 'r' };
const at = (line: number, rule = RULE.id): Finding => {
  const list = new FindingList('s', 'a.ts', []);
  list.add({
    rule: { ...RULE, id: rule },
    place: { line, endLine: line + 9, column: 1, endColumn: 1 },
    message: 'm',
    subject: String(line),
  });
  return list.findings[0]!;
};
const none = new Map<string, string>();
const judged = (
  findings: Finding[],
  text: string,
  more: { baseline?: ReadonlyMap<string, string>; partial?: boolean; file?: string } = {},
) => {
  const { baseline = none, partial = false, file = 'a.ts' } = more;
  const { findings: left, excused } = judge(findings, { excuses: excusesIn(file, text.split('\n')), baseline, partial });
  return {
    left: left.map(({ rule, line }) => `${rule}:${line}`),
    excused: excused.map(({ rule, line, by, reason }) => `${rule}:${line} ${by}: ${reason}`),
  };
};

describe('an excuse in a comment', () => {
  it.each([
    ['// waggle-ignore debt/complexity it is a table\nfunction f() {}', 2],
    ['function f() {} // waggle-ignore debt/complexity it is a table', 1],
    ['/* waggle-ignore debt/complexity it is a table */\nfunction f() {}', 2],
    ['x\n  # waggle-ignore debt/complexity it is a table\ndef f():', 3],
    ['<!-- waggle-ignore debt/complexity it is a table -->\n<p>', 2],
    ['-- waggle-ignore debt/* it is a table\nselect', 2],
  ])('%j speaks of line %i', (text, line) => {
    expect(judged([at(line)], text)).toEqual({ left: [], excused: [`debt/complexity:${line} comment: it is a table`] });
  });

  it('speaks of no other rule, line or file, and says so', () => {
    const text = '// waggle-ignore debt/complexity why\nfunction f() {}';
    const unused = 'review/unused-excuse:1';
    expect(judged([at(3)], text).left).toEqual(['debt/complexity:3', unused]);
    expect(judged([at(2, 'debt/todo')], text).left).toEqual(['debt/todo:2', unused]);
    expect(judged([at(2)], text, { file: 'b.ts' }).left).toEqual(['debt/complexity:2', unused]);
    expect(judged([], text, { partial: true }).left).toEqual([]);
    expect(judged([], text, { file: 'a.spec.ts' }).left).toEqual([]);
  });

  it('of a rule about a whole file may stand anywhere in it', () => {
    const text = '#!/usr/bin/env node\n\n// waggle-ignore debt/untested run by hand\nx();';
    expect(judged([at(1, 'debt/untested')], text)).toEqual({ left: [], excused: ['debt/untested:1 comment: run by hand'] });
    expect(judged([at(1, 'debt/untested')], text.replace('debt/untested', 'debt/*')).left).toHaveLength(2);
  });

  it('without a reason excuses nothing', () => {
    expect(judged([at(2)], '// waggle-ignore debt/complexity\nf')).toEqual({
      left: ['debt/complexity:2', 'review/excuse-without-reason:1'],
      excused: [],
    });
  });

  it('is none in a text that speaks of the syntax, nor in prose', () => {
    expect(excusesIn('a.ts', ['// waggle-ignore RULE reason', 'the waggle-ignore debt/x of'])).toEqual([]);
    expect(excusesIn('docs/a.md', ['# waggle-ignore debt/x why'])).toEqual([]);
  });
});

describe('a baseline', () => {
  const known = at(2);
  const text = JSON.stringify({ version: 1, findings: [{ id: known.id, reason: 'later' }, { id: 'f'.repeat(16) }] });

  it('excuses what it names, wherever it moved, and is told of what is gone', () => {
    const result = judged([{ ...known, line: 7 }, at(9)], '', { baseline: parseBaseline(text) });
    expect(result).toEqual({ left: ['debt/complexity:9', 'review/unused-excuse:1'], excused: ['debt/complexity:7 baseline: later'] });
  });

  it.each(['', '[]', '{}', '{"version":2,"findings":[]}', '{"version":1,"findings":[{"id":"x"}]}', '{"version":1,"findings":[{}]}'])(
    'that is malformed is refused: %j',
    (bad) => expect(() => parseBaseline(bad)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }) as Error),
  );
});
