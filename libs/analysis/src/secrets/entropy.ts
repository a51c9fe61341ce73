import { isPlaceholder } from './placeholder.js';
import { ENTROPY, type Secret } from './secret.js';

/** How the names of secrets end. */
const ENDS = 'secret|token|passw(?:or)?d|passphrase|api_?-?key|access_?-?key|private_?-?key|signing_?-?key|encryption_?-?key|credential';

/** The end of such a name and the quoted text given to it. */
const QUOTED = new RegExp(`(?:${ENDS}|auth_?-?key)s?["'\\]]{0,2}\\s{0,3}(?:=>|:=|[:=])\\s{0,3}(["'\`])([^"'\`\\s]{16,200})\\1`, 'gi');
/** What the name is of before that end; no more of it, so that a text is gone through once. */
const NAME_BEFORE = /(?<![\w:-])[\w.-]{0,40}$/;

/** Tokens that open nothing: where a list goes on, and what is handed back for a purchase. */
const NO_KEY = /(?:next|page|pagination|continuation|cursor|sync|purchase)[_.-]?$/i;

/** The same to the end of the line, as in files of settings. */
const PLAIN = new RegExp(
  `^[ \\t]{0,20}(?:export[ \\t]+)?[\\w.-]{0,40}(?:${ENDS})s?[ \\t]{0,3}[:=][ \\t]{0,3}([\\w+/=.~!@#$%^&*-]{16,200})[ \\t]*$`,
  'gim',
);
const SETTINGS = /(^|\/)\.env(\.[\w-]+)?$|\.(env|properties|ini|cfg|conf|ya?ml|toml|tfvars)$/i;

/** Bits a character of a text carries, by how often each comes. */
export const entropyOf = (text: string): number => {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
};

/** Letters in words, one after another: names and sentences rather than keys. */
const isWords = (value: string): boolean => {
  const words = value.match(/[A-Za-z]?[a-z]{3,}|[A-Z][a-z]{2}|[A-Z]{4,}/g) ?? [];
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

interface Candidate {
  value: string;
  at: number;
}

const quoted = function* (text: string): Generator<Candidate> {
  const pattern = new RegExp(QUOTED);
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const end = match.index + match[0].length;
    // One character more than a name may have, to see whether it ends there.
    const before = text.slice(Math.max(0, match.index - 41), match.index);
    if (!NAME_BEFORE.test(before)) pattern.lastIndex = match.index + 1;
    else if (!/^token/i.test(match[0]) || !NO_KEY.test(before)) yield { value: match[2]!, at: end - 1 - match[2]!.length };
  }
};

const plain = (path: string, text: string): Candidate[] =>
  SETTINGS.test(path)
    ? [...text.matchAll(PLAIN)].map((match) => ({ value: match[1]!, at: match.index + match[0].lastIndexOf(match[1]!) }))
    : [];

/** Texts that are as random as keys are and stand under the name of a secret, by their place. What an issuer's shape tells is left to that. */
export const randomSecrets = (path: string, text: string): Secret[] => {
  const secrets: Secret[] = [];
  let line = 1;
  let lineStart = 0;
  for (const { value, at } of [...quoted(text), ...plain(path, text)].sort((a, b) => a.at - b.at)) {
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
