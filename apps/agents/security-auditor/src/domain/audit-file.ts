import {
  applyRules,
  FindingList,
  isDeepTree,
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

const TOO_DEEP = 'nested too deep to be analysed';

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
  const shapes = await auditShapes(path, text, list);
  return {
    findings: maskFindings(list.findings),
    rules: [...rules, ...PATTERN_RULES],
    omitted: shapes.omitted,
    ...(shapes.note === undefined ? {} : { note: `${shapes.note}; looked through for secrets` }),
  };
};

/** Applies the rule pack where that can be done; else says why not. */
const auditShapes = async (path: string, text: string, list: FindingList): Promise<{ omitted: number; note?: string }> => {
  const language = languageOf(path);
  if (language === undefined) return { omitted: 0, note: 'no parser for this kind of file' };
  if (text.length > MAX_PARSE) return { omitted: 0, note: 'too large to be parsed' };
  if (isGenerated(path, text)) return { omitted: 0, note: 'minified or generated' };
  if (isTooDeep(text)) return { omitted: 0, note: TOO_DEEP };
  if (!PATTERN_RULES.some((rule) => rule.languages.includes(language) && rule.mentions.test(text))) return { omitted: 0 };
  const root = await parse(language, text);
  if (isDeepTree(root)) return { omitted: 0, note: TOO_DEEP };
  return { omitted: applyRules(PATTERN_RULES, { path, language, text, root }, list) };
};
