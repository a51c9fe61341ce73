import {
  applyRules,
  builtInRules,
  concerning,
  FindingList,
  formatsOf,
  isDeepTree,
  isGenerated,
  isTestFile,
  isTooDeep,
  isYaml,
  languageOf,
  maskFindings,
  MAX_PARSE,
  parse,
  parserOf,
  RULE_SECONDS,
  splitLines,
  yamlPairs,
  type Applied,
  type Finding,
  type Rule,
  type RuleInfo,
  type Source,
} from '@waggle/analysis';
import { ENTROPY, findSecrets, secretRule } from '@waggle/analysis/secrets';

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
export const auditFile = async (path: string, text: string, rules: readonly Rule[] = builtInRules()): Promise<FileAudit> => {
  const list = new FindingList(SPECIALIST, path, splitLines(text));
  const named: RuleInfo[] = [];
  for (const { kind, place, confidence } of await findSecrets(path, text)) {
    const rule = secretRule(kind);
    named.push(rule);
    list.add({
      rule,
      place,
      message: `This looks like a secret (${kind}).${isTestFile(path) ? ' It lies among tests: make sure it is made up.' : ''}`,
      subject: kind,
      confidence,
      severity: isTestFile(path) ? 'medium' : rule.severity,
    });
  }
  const shapes = await auditShapes({ path, text, formats: formatsOf(path, text) }, rules, list);
  return {
    findings: maskFindings(withoutDoubles(list.findings)),
    rules: [...named, ...rules],
    omitted: shapes.omitted,
    ...(shapes.note === undefined ? {} : { note: `${shapes.note}; looked through for secrets` }),
  };
};

/** A secret that a rule knows by its place is not listed again for its randomness. */
const withoutDoubles = (findings: readonly Finding[]): Finding[] => {
  const random = secretRule(ENTROPY).id;
  const known = findings.filter(({ rule }) => rule.startsWith('security/secret/') && rule !== random);
  return findings.filter((each) => each.rule !== random || !known.some(({ line, endLine }) => line <= each.line && each.line <= endLine));
};

interface Shapes {
  omitted: number;
  note?: string;
}

/** Says of rules that took too long that they were not applied. */
const shapesOf = ({ omitted, late }: Applied, unread?: string): Shapes => {
  const slow = late.length === 0 ? [] : [`not applied, for it takes longer than ${RULE_SECONDS} s: ${late.join(', ')}`];
  const notes = [...(unread === undefined ? [] : [unread]), ...slow];
  return { omitted, ...(notes.length === 0 ? {} : { note: notes.join('; ') }) };
};

/** Applies the rules that can be; else says why not. */
const auditShapes = async (source: Source, rules: readonly Rule[], list: FindingList): Promise<Shapes> => {
  const { path, text } = source;
  if (text.length > MAX_PARSE) return { omitted: 0, note: 'too large to be parsed' };
  if (isGenerated(path, text)) return { omitted: 0, note: 'minified or generated' };
  if (isTooDeep(text)) return { omitted: 0, note: TOO_DEEP };
  const language = languageOf(path);
  if (language === undefined) {
    if (source.formats?.length === 0) return { omitted: 0, note: 'no parser for this kind of file' };
    const unread = source.formats?.some(isYaml) === true && yamlPairs(text) === undefined;
    return shapesOf(applyRules(rules, source, list), unread ? 'it cannot be read as YAML' : undefined);
  }
  if (parserOf(language) === undefined) return { omitted: 0, note: `no parser for ${language} on this platform` };
  const concerned = concerning(rules, { ...source, language });
  if (concerned.length === 0) return { omitted: 0 };
  const root = await parse(language, text);
  if (isDeepTree(root)) return { omitted: 0, note: TOO_DEEP };
  return shapesOf(applyRules(concerned, { ...source, language, root }, list));
};
