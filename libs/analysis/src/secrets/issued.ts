import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import { mayHoldIssued } from './marks.js';
import { isPlaceholder } from './placeholder.js';
import type { Secret } from './secret.js';

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

/** What it lists beside secrets: the number of an account opens nothing. */
const IDENTIFIERS = new Set(['AWSAccountID']);

/** Ids of users, roles and the like at AWS have the shape of a key's id, and open nothing. */
const NO_KEY_ID = /^A(?:GPA|IDA|ROA|IPA|NPA|NVA)/;

/** `@secretlint/secretlint-rule-aws` -> `aws`. */
const kindOf = (ruleId: string): string =>
  ruleId
    .replace(/^.*secretlint-rule-/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-') || 'other';

/** Whether the line before a place says that it is an example. */
const isExample = (text: string, at: number): boolean => {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  return at - start < 200 && /\be\.g\.|\bexample\b|\bsample\b/i.test(text.slice(start, at));
};

/** The secrets in a text by the shapes that their issuers give them: keys, tokens, credentials in addresses. */
export const issuedSecrets = async (path: string, text: string): Promise<Secret[]> => {
  if (!mayHoldIssued(text)) return [];
  const { messages } = await lintSource({
    source: { filePath: path, content: text, contentType: 'text', ext: '' },
    options: { config: CONFIG, noPhysicFilePath: true, maskSecrets: true },
  });
  return messages
    .filter(
      (message) =>
        message.type === 'message' &&
        !IDENTIFIERS.has(message.messageId) &&
        !isPlaceholder(text.slice(message.range[0], message.range[1])) &&
        !(message.messageId === 'AWSAccessKeyID' && NO_KEY_ID.test(text.slice(message.range[0], message.range[1]))) &&
        !isExample(text, message.range[0]),
    )
    .map(({ ruleId, loc }) => ({
      kind: kindOf(ruleId),
      confidence: 'high' as const,
      // Lines are counted from 1 there, columns from 0.
      place: { line: loc.start.line, column: loc.start.column + 1, endLine: loc.end.line, endColumn: loc.end.column + 1 },
    }));
};
