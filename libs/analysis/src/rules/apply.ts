import type { FindingList } from '../finding-list.js';
import { milder } from '../finding.js';
import { isTestFile } from '../source/file-kind.js';
import type { Rule } from './rule.js';
import { confidenceOf, hitsOf, type Hit } from './shapes.js';
import { SourceView, type Source } from './source.js';

export type { Source } from './source.js';

/** Most findings of one rule in one file: more of the same says nothing new. */
const PER_FILE = 50;

/** Whether a rule is worth trying on a source: its language or format, and what the text mentions. */
export const concerns = (rule: Rule, { language, formats = [], text }: Pick<Source, 'language' | 'formats' | 'text'>): boolean =>
  rule.languages.some((each) => each === language || (formats as readonly string[]).includes(each)) &&
  rule.mentions.test(text) &&
  !(rule.unless?.test(text) ?? false);

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
  for (const rule of rules) {
    if (!concerns(rule, source)) continue;
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
