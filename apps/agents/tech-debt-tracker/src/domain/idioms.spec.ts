import { applyRules, FindingList, parse, splitLines, type PatternRule } from '@waggle/analysis';
import { IDIOMS } from './idioms.js';

const count = async (rule: PatternRule, code: string): Promise<number> => {
  const language = rule.languages[0]!;
  const list = new FindingList('test', 'src/file', splitLines(code));
  applyRules([rule], { path: 'src/file', language, text: code, root: await parse(language, code) }, list);
  return list.findings.length;
};

describe('outdated idioms', () => {
  it('are each named once, with two examples of both kinds, and can be looked for in every language they name', async () => {
    expect(new Set(IDIOMS.map(({ id }) => id)).size).toBe(IDIOMS.length);
    for (const { id, examples, languages, match } of IDIOMS) {
      expect([id, examples.bad.length >= 2, examples.good.length >= 2]).toEqual([id, true, true]);
      for (const language of languages) expect((await parse(language, 'x')).findAll(match)).toEqual([]);
    }
  });

  it.each(IDIOMS)('$id', async (rule) => {
    for (const code of rule.examples.bad) expect([code, await count(rule, code)]).toEqual([code, 1]);
    for (const code of rule.examples.good) expect([code, await count(rule, code)]).toEqual([code, 0]);
  });
});
