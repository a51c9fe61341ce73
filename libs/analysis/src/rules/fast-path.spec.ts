import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { callOf, callsOf } from '../source/calls.js';
import { languageOf, type Language } from '../source/language.js';
import { parse, type Node } from '../source/parse.js';
import { concerning } from './apply.js';
import { builtInRules } from './built-in.js';
import { readRuleFolder } from './read-rule-folder.js';
import type { Rule } from './rule.js';
import { hitsOf } from './shapes.js';
import { SourceView } from './source.js';

interface Sample {
  path: string;
  language: Language;
  text: string;
  root: Node;
}

const FIXTURES = join(__dirname, '../../fixtures/complexity');

/** Code of every language, and bad examples of some rules: with the mentions of others open, and closed. */
const corpus = async (): Promise<Sample[]> => {
  const written = readdirSync(FIXTURES)
    .filter((name) => name.startsWith('written.'))
    .map((name) => ({ path: name, language: languageOf(name)!, text: readFileSync(join(FIXTURES, name), 'utf8') }));
  const own = ['shapes.ts', 'apply.ts', '../taint/flow-tracer.ts'].map((name) => ({
    path: name,
    language: 'typescript' as const,
    text: readFileSync(join(__dirname, name), 'utf8'),
  }));
  const rules = await readRuleFolder(join(__dirname, '../../rules'));
  const bad = (['typescript', 'python', 'go', 'java', 'php', 'ruby', 'csharp'] as const).map((language) => ({
    path: `bad.${language}`,
    language,
    text: rules
      .filter((rule, at) => at % 3 === 0 && rule.languages.includes(language))
      .flatMap(({ examples }) => examples.bad)
      .join('\n'),
  }));
  return Promise.all([...written, ...own, ...bad].map(async (each) => ({ ...each, root: await parse(each.language, each.text) })));
};

describe('what is left out to be fast', () => {
  let samples: Sample[];
  beforeAll(async () => {
    samples = await corpus();
  });

  it('are only rules that find nothing', () => {
    let tried = 0;
    let left = 0;
    for (const sample of samples) {
      const concerned = new Set(concerning(builtInRules(), sample));
      const view = new SourceView(sample);
      const others = builtInRules().filter((rule: Rule) => rule.languages.includes(sample.language) && !concerned.has(rule));
      for (const rule of others.filter(({ unless }) => !(unless?.test(sample.text) ?? false)))
        expect([sample.path, rule.id, hitsOf(view, rule).length]).toEqual([sample.path, rule.id, 0]);
      tried += concerned.size;
      left += others.length;
    }
    expect(tried).toBeGreaterThan(50);
    expect(left).toBeGreaterThan(200);
  }, 60_000);

  it('is no part of what a call is', () => {
    const said = (call: ReturnType<typeof callOf>): unknown => call && [call.name, call.arguments.map((each) => each.text())];
    for (const { language, root, text } of samples)
      for (const call of callsOf(language, root, text)) expect(said(call)).toEqual(said(callOf(call.node)));
  }, 60_000);
});
