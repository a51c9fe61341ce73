import { applyRules, FindingList, parse, splitLines, type Language, type PatternRule } from '@waggle/analysis';
import { PATTERN_RULES } from './index.js';

/** The rule on its own, with its hint: JSX needs the grammar that knows it. */
const findingsOf = async (rule: PatternRule, code: string): Promise<number> => {
  const language: Language = rule.languages.includes('tsx') ? (/<[a-z]+ /.test(code) ? 'tsx' : 'typescript') : rule.languages[0]!;
  const list = new FindingList('test', 'src/file', splitLines(code));
  applyRules([rule], { path: 'src/file', language, text: code, root: await parse(language, code) }, list);
  return list.findings.length;
};

describe('the rule pack', () => {
  it('names every rule once and gives each two examples of both kinds', () => {
    expect(new Set(PATTERN_RULES.map((rule) => rule.id)).size).toBe(PATTERN_RULES.length);
    for (const rule of PATTERN_RULES)
      expect([rule.id, rule.examples.bad.length >= 2, rule.examples.good.length >= 2]).toEqual([rule.id, true, true]);
  });

  it('can be applied in every language that a rule names', async () => {
    for (const rule of PATTERN_RULES) {
      for (const language of rule.languages) {
        const root = await parse(language, 'x');
        expect([rule.id, language, root.findAll(rule.match)]).toEqual([rule.id, language, []]);
      }
    }
  });

  for (const rule of PATTERN_RULES) {
    describe(rule.id, () => {
      for (const code of rule.examples.bad)
        it(`finds ${JSON.stringify(code)} once`, async () => expect(await findingsOf(rule, code)).toBe(1));
      for (const code of rule.examples.good)
        it(`leaves ${JSON.stringify(code)} alone`, async () => expect(await findingsOf(rule, code)).toBe(0));
    });
  }

  it('finds the same in plain JavaScript', async () => {
    const language: Language = 'javascript';
    for (const rule of PATTERN_RULES.filter((each) => each.languages.includes(language))) {
      for (const code of rule.examples.bad) {
        const list = new FindingList('test', 'src/file.js', splitLines(code));
        applyRules([rule], { path: 'src/file.js', language, text: code, root: await parse(language, code) }, list);
        expect([rule.id, code, list.findings.length]).toEqual([rule.id, code, 1]);
      }
    }
  });
});
