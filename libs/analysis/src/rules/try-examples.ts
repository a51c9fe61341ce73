import { WaggleError } from '@waggle/protocol';
import { FindingList } from '../finding-list.js';
import { factsOf, type Language, LANGUAGES } from '../source/language.js';
import { splitLines } from '../source/lines.js';
import { errorLines, parse } from '../source/parse.js';
import { applyRules, RULE_SECONDS } from './apply.js';
import { isYaml, type Format } from './formats.js';
import type { Rule } from './rule.js';

/** An example of a rule that does not do what it should. */
export interface FailedExample {
  rule: string;
  language: string;
  kind: 'bad' | 'good';
  code: string;
  /** How often the rule found something; a bad example wants at least one, a good one none. */
  found: number;
}

const isLanguage = (name: string): name is Language => (LANGUAGES as readonly string[]).includes(name);

/** A path that is of that format. */
const PATHS: Record<Format, string> = {
  dockerfile: 'Dockerfile',
  compose: 'compose.yaml',
  kubernetes: 'deploy.yaml',
  'github-workflow': '.github/workflows/ci.yml',
  terraform: 'main.tf',
  shell: 'run.sh',
};

/** Those of a rule's languages in which the code is valid; all of them where it is in none. Formats take any text. */
const languagesToTry = async (rule: Rule, code: string): Promise<readonly (Language | Format)[]> => {
  const valid: (Language | Format)[] = [];
  for (const each of rule.languages) if (!isLanguage(each) || errorLines(await parse(each, code)).length === 0) valid.push(each);
  return valid.length > 0 ? valid : rule.languages;
};

const count = async (rule: Rule, language: Language | Format, code: string): Promise<number> => {
  const path = isLanguage(language) ? `src/file.${factsOf(language).extensions[0]!}` : PATHS[language];
  const list = new FindingList('rules', path, splitLines(code));
  const { late } = applyRules(
    [rule],
    isLanguage(language)
      ? { path, text: code, language, root: await parse(language, code) }
      : { path, text: isYaml(language) ? code : `${code}\n`, formats: [language] },
    list,
  );
  if (late.length > 0)
    throw new WaggleError('INVALID_RULE', `${rule.id}: its patterns take longer than ${RULE_SECONDS} s on an example`, { path: rule.id });
  return list.findings.length;
};

/** Tries the examples of a rule in every language it names; returns those that fail. `INVALID_RULE` when one takes too long. */
export const tryExamples = async (rule: Rule): Promise<FailedExample[]> => {
  const failed: FailedExample[] = [];
  for (const kind of ['bad', 'good'] as const) {
    for (const code of rule.examples[kind]) {
      for (const language of await languagesToTry(rule, code)) {
        const found = await count(rule, language, code);
        if (kind === 'bad' ? found === 0 : found > 0) failed.push({ rule: rule.id, language, kind, code, found });
      }
    }
  }
  return failed;
};
