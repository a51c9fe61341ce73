import {
  applyRules,
  FindingList,
  isGenerated,
  isTestFile,
  isTooDeep,
  languageOf,
  maskFindings,
  MAX_PARSE,
  parse,
  splitLines,
  type Finding,
  type RuleInfo,
} from '@waggle/analysis';
import { PATTERN_RULES } from '../rules/index.js';
import { findSecrets, secretRule } from './secrets.js';

export const SPECIALIST = 'security-auditor';

export interface FileAudit {
  findings: Finding[];
  rules: readonly RuleInfo[];
  /** Findings of rules that found more than is listed. */
  omitted: number;
  /** Why the shape of its code was not looked at; secrets were. */
  note?: string;
}

/** Looks at one file: secrets in any text, dangerous shapes where a parser is. Deterministic; no secret is in what it returns. */
export const auditFile = async (path: string, text: string): Promise<FileAudit> => {
  const list = new FindingList(SPECIALIST, path, splitLines(text));
  const rules: RuleInfo[] = [];
  for (const { kind, place } of await findSecrets(path, text)) {
    const rule = secretRule(kind);
    rules.push(rule);
    list.add({
      rule,
      place,
      message: `This looks like a secret (${kind}).${isTestFile(path) ? ' It lies among tests: make sure it is made up.' : ''}`,
      subject: kind,
      severity: isTestFile(path) ? 'medium' : rule.severity,
    });
  }
  const language = languageOf(path);
  let omitted = 0;
  let note: string | undefined;
  if (language === undefined) note = 'no parser for this kind of file; looked through for secrets';
  else if (text.length > MAX_PARSE) note = 'too large to be parsed; looked through for secrets';
  else if (isGenerated(path, text)) note = 'minified or generated; looked through for secrets';
  else if (isTooDeep(text)) note = 'nested too deep to be analysed; looked through for secrets';
  else if (PATTERN_RULES.some((rule) => rule.languages.includes(language) && rule.mentions.test(text)))
    omitted = applyRules(PATTERN_RULES, { path, language, text, root: await parse(language, text) }, list);
  return { findings: maskFindings(list.findings), rules: [...rules, ...PATTERN_RULES], omitted, ...(note === undefined ? {} : { note }) };
};
