import { isPlaceholder } from './placeholder.js';
import { ENTROPY, type Secret } from './secret.js';

/**
 * A name that ends as those of secrets do, and the text given to it: quoted, or to the end of the line in files of
 * settings. Bounded, for it is tried at every place of a text.
 */
const QUOTED =
  /(?<![\w:-])[\w.-]{0,40}(?:secret|token|passw(?:or)?d|passphrase|api_?-?key|access_?-?key|private_?-?key|signing_?-?key|encryption_?-?key|auth_?-?key|credential)s?["'\]]{0,2}\s{0,3}(?:=>|:=|[:=])\s{0,3}(["'`])([^"'`\s]{16,200})\1/gi;
const PLAIN =
  /^[ \t]{0,20}(?:export[ \t]+)?[\w.-]{0,40}(?:secret|token|passw(?:or)?d|passphrase|api_?-?key|access_?-?key|private_?-?key|signing_?-?key|encryption_?-?key|credential)s?[ \t]{0,3}[:=][ \t]{0,3}([\w+/=.~!@#$%^&*-]{16,200})[ \t]*$/gim;
const SETTINGS = /(^|\/)\.env(\.[\w-]+)?$|\.(env|properties|ini|cfg|conf|ya?ml|toml|tfvars)$/i;

/** Bits a character of a text carries, by how often each comes. */
export const entropyOf = (text: string): number => {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
};

/** Letters in words, one after another: names and sentences rather than keys. */
const isWords = (value: string): boolean => {
  const words = value.match(/[A-Za-z]?[a-z]{3,}|[A-Z]{4,}/g) ?? [];
  return words.join('').length > value.length * 0.6;
};

/** Whether a text is as random as keys are. */
export const isRandom = (value: string): boolean => {
  if (/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value)) return false;
  if (/^(https?:|\/|\.\/|[\w-]+(\.[\w-]+)+$)/.test(value) && !/^eyJ/.test(value)) return false;
  if (/^[0-9a-f]{1,31}$/i.test(value)) return false;
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value) || isWords(value)) return false;
  return entropyOf(value) >= (/^[0-9a-f]+$/i.test(value) ? 3 : 3.5);
};

/** Texts that are as random as keys are and stand under the name of a secret, by their place. What an issuer's shape tells is left to that. */
export const randomSecrets = (path: string, text: string): Secret[] => {
  const secrets: Secret[] = [];
  let line = 1;
  let lineStart = 0;
  const matches = [
    ...[...text.matchAll(QUOTED)].map((match) => ({ value: match[2]!, at: match.index + match[0].length - 1 - match[2]!.length })),
    ...(SETTINGS.test(path)
      ? [...text.matchAll(PLAIN)].map((match) => ({ value: match[1]!, at: match.index + match[0].lastIndexOf(match[1]!) }))
      : []),
  ].sort((a, b) => a.at - b.at);
  for (const { value, at } of matches) {
    for (let next = text.indexOf('\n', lineStart); next >= 0 && next < at; next = text.indexOf('\n', lineStart)) {
      line++;
      lineStart = next + 1;
    }
    if (isPlaceholder(value) || !isRandom(value)) continue;
    const column = at - lineStart + 1;
    secrets.push({ kind: ENTROPY, confidence: 'medium', place: { line, column, endLine: line, endColumn: column + value.length } });
  }
  return secrets;
};
