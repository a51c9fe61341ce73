import type { FindingList } from '../finding-list.js';
import { milder } from '../finding.js';
import { isTestFile } from '../source/file-kind.js';
import { mentionsRequest } from '../taint/dialect.js';
import type { Rule } from './rule.js';
import { confidenceOf, hitsOf, type Hit } from './shapes.js';
import { SourceView, type Source } from './source.js';
import { withinTime } from './within-time.js';

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

/** Whether a file's text lets a rule be tried: what it mentions, and whether it reads a request at all. */
type Asks = (rule: Rule) => boolean;

const asksOf = ({ language, text }: Concerned): Asks => {
  let reads: boolean | undefined;
  const readsRequest = (): boolean => (reads ??= language !== undefined && mentionsRequest(language, text));
  return (rule) => rule.mentions.test(text) && !(rule.unless?.test(text) ?? false) && (!asksForRequest(rule) || readsRequest());
};

/** The rules that are worth trying on a source: for its language or formats, what the text mentions, and whether it reads a request at all. */
export const concerning = (rules: readonly Rule[], source: Concerned): Rule[] => {
  const asks = asksOf(source);
  return rulesOfKind(rules, source).filter((rule) => rule.own === true || asks(rule));
};

/** Seconds that a rule of somebody's own has for a file, and files on which it may take longer before it is given up. */
export const RULE_SECONDS = 2;
const CHANCES = 3;

/** How often a rule took too long, in this process. */
const lateness = new WeakMap<Rule, number>();

/** What a rule finds, or `late`: built-in ones are known to take no time to speak of. */
const hitsInTime = (view: SourceView, rule: Rule, asks: Asks): Hit[] | 'late' => {
  if (rule.own !== true) return hitsOf(view, rule);
  const before = lateness.get(rule) ?? 0;
  if (before >= CHANCES) return 'late';
  const bounded = withinTime(RULE_SECONDS * 1000, () => (asks(rule) ? hitsOf(view, rule) : []));
  if (bounded !== 'late') return bounded.value;
  lateness.set(rule, before + 1);
  return 'late';
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

/** What came of some rules beside findings: how many of those were left out, and the rules that took too long, by id. */
export interface Applied {
  omitted: number;
  late: string[];
}

/** Adds what the rules find in a file. */
export const applyRules = (rules: readonly Rule[], source: Source, list: FindingList): Applied => {
  const view = new SourceView(source);
  const asks = asksOf(source);
  const inTest = isTestFile(source.path);
  const applied: Applied = { omitted: 0, late: [] };
  for (const rule of concerning(rules, source)) {
    const hits = hitsInTime(view, rule, asks);
    if (hits === 'late') {
      applied.late.push(rule.id);
      continue;
    }
    applied.omitted += Math.max(0, hits.length - PER_FILE);
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
  return applied;
};
