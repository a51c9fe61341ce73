import type { Confidence, Place, RuleInfo } from '@waggle/analysis';
import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

/** A secret in a text. The secret itself is not kept. */
export interface Secret {
  /** Short name of what it is, e.g. `aws`. */
  kind: string;
  place: Place;
  confidence: Confidence;
}

// It is on by default and keeps an entry for every rule and file, for ever.
secretLintProfiler.setEnabled(false);

const CONFIG = {
  rules: [
    {
      id: '@secretlint/secretlint-rule-preset-recommend',
      rule: creator,
      // The id of an AWS key is half of the credential, and where it stands the other half is not far.
      rules: [{ id: '@secretlint/secretlint-rule-aws', options: { enableIDScanRule: true } }],
    },
  ],
};

/** `@secretlint/secretlint-rule-aws` -> `aws`. */
const kindOf = (ruleId: string): string =>
  ruleId
    .replace(/^.*secretlint-rule-/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-') || 'other';

/** What people write where a secret would stand. */
const PLACEHOLDER =
  /redacted|example|placeholder|change_?me|dummy|your[-_]|\bfoo\b|\bbar\b|x{5,}|\*{3,}|<[^>]*>|\$\{|\{\{|%s|:(pass|passwd|password|pw|secret)@|user(name)?:/i;

/** The secrets in a text by the shapes that their issuers give them: keys, tokens, credentials in addresses. */
export const findSecrets = async (path: string, text: string): Promise<Secret[]> => {
  const { messages } = await lintSource({
    source: { filePath: path, content: text, contentType: 'text', ext: '' },
    options: { config: CONFIG, noPhysicFilePath: true, maskSecrets: true },
  });
  return messages
    .filter((message) => message.type === 'message' && !PLACEHOLDER.test(text.slice(message.range[0], message.range[1])))
    .map(({ ruleId, loc }) => ({
      kind: kindOf(ruleId),
      confidence: 'high' as const,
      // Lines are counted from 1 there, columns from 0.
      place: { line: loc.start.line, column: loc.start.column + 1, endLine: loc.end.line, endColumn: loc.end.column + 1 },
    }));
};

/** The rule that stands for a kind of secret. */
export const secretRule = (kind: string): RuleInfo => ({
  id: `security/secret/${kind}`,
  title: `Secret in the code (${kind})`,
  severity: 'critical',
  category: 'security',
  cwe: 798,
  owasp: 'A07',
  why: 'Whoever can read the code can use the secret, and it stays in the history after it was deleted.',
  remedy: 'Revoke it where it was issued, make a new one, and read it from the environment or a secret store.',
});
