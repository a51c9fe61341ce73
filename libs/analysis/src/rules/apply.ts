import type { FindingList } from '../finding-list.js';
import { milder } from '../finding.js';
import { isTestFile } from '../source/file-kind.js';
import { mentionsRequest } from '../taint/dialect.js';
import type { Rule } from './rule.js';
import { confidenceOf, hitsOf, type Hit } from './shapes.js';
import { SourceView, type Source } from './source.js';

export type { Source } from './source.js';

/** Most findings of one rule in one file: more of the same says nothing new. */
const PER_FILE = 50;

type Concerned = Pick<Source, 'language' | 'formats' | 'text'>;

/** The rules of a list for a language and some formats: a list is applied to many files. */
const byKind = new WeakMap<readonly Rule[], Map<string, readonly Rule[]>>();

const rulesOfKind = (rules: readonly Rule[], { language, formats = [] }: Concerned): readonly Rule[] => {
  const kinds: readonly string[] = [...(language === undefined ? [] : [language]), ...formats];
  const known = byKind.get(rules) ?? new Map<string, readonly Rule[]>();
  byKind.set(rules, known);
  const key = kinds.join();
  const found = known.get(key) ?? rules.filter((rule) => rule.languages.some((each) => kinds.includes(each)));
  known.set(key, found);
  return found;
};

const asksForRequest = ({ call, match }: Rule): boolean => (call?.data ?? match?.data)?.from === 'request';

/** The rules that are worth trying on a source: for its language or formats, what the text mentions, and whether it reads a request at all. */
export const concerning = (rules: readonly Rule[], source: Concerned): Rule[] => {
  const { language, text } = source;
  let reads: boolean | undefined;
  const readsRequest = (): boolean => (reads ??= language !== undefined && mentionsRequest(language, text));
  return rulesOfKind(rules, source).filter(
    (rule) => rule.mentions.test(text) && !(rule.unless?.test(text) ?? false) && (!asksForRequest(rule) || readsRequest()),
  );
};

/** Data of unknown origin makes a finding one step milder; so do tests, examples and fixtures. */
const severityOf = (rule: Rule, hit: Hit, inTest: boolean) => {
  const severity = hit.origin === 'unknown' ? milder(rule.severity) : rule.severity;
  return inTest ? milder(severity) : severity;
};

const SAID: Record<string, string> = {
  request: ' The data comes from a request.',
  parameter: ' The data comes in as a parameter.',
};

/** Adds what the rules find in a file. Returns how many were left out. */
export const applyRules = (rules: readonly Rule[], source: Source, list: FindingList): number => {
  const view = new SourceView(source);
  const inTest = isTestFile(source.path);
  let omitted = 0;
  for (const rule of concerning(rules, source)) {
    const hits = hitsOf(view, rule);
    omitted += Math.max(0, hits.length - PER_FILE);
    for (const hit of hits.slice(0, PER_FILE)) {
      list.add({
        rule,
        place: hit.place,
        message: `${rule.message}${SAID[hit.origin ?? ''] ?? ''}`,
        subject: hit.subject,
        severity: severityOf(rule, hit, inTest),
        confidence: confidenceOf(rule, hit),
      });
    }
  }
  return omitted;
};
