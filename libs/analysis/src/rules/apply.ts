import { type FindingList, placeOf } from '../finding-list.js';
import { milder } from '../finding.js';
import { isTestFile } from '../source/file-kind.js';
import type { Language } from '../source/language.js';
import type { Node } from '../source/parse.js';
import type { PatternRule } from './pattern-rule.js';

export interface Source {
  path: string;
  language: Language;
  text: string;
  root: Node;
}

/** Most findings of one rule in one file: more of the same says nothing new. */
const PER_FILE = 50;

/** Adds what the rules find in a file. In tests, examples and fixtures a finding counts one step less. Returns how many were left out. */
export const applyRules = (rules: readonly PatternRule[], source: Source, list: FindingList): number => {
  let omitted = 0;
  for (const rule of rules) {
    if (!rule.languages.includes(source.language) || !rule.mentions.test(source.text)) continue;
    const nodes = source.root.findAll(rule.match);
    omitted += Math.max(0, nodes.length - PER_FILE);
    for (const node of nodes.slice(0, PER_FILE)) {
      const severity = isTestFile(source.path) ? milder(rule.severity) : rule.severity;
      list.add({ rule, place: placeOf(node.range()), message: rule.message, subject: node.text().slice(0, 500), severity });
    }
  }
  return omitted;
};
