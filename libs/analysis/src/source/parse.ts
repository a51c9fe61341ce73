import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import python from '@ast-grep/lang-python';
import { Lang, parseAsync, registerDynamicLanguage, type SgNode } from '@ast-grep/napi';
import type { Language } from './language.js';

export type Node = SgNode;

/** The kind of a node in its grammar. */
export const kindOf = (node: Node | null): string | undefined => node?.kind() as string | undefined;

const PARSERS: Record<Language, string> = { typescript: Lang.TypeScript, tsx: Lang.Tsx, javascript: Lang.JavaScript, python: 'python' };

/** Longest text that is parsed: deeply nested text of this size takes about 3 s. */
export const MAX_PARSE = 1024 * 1024;

/** Characters parsed between two collections. A tree takes about 30 times its text. */
const COLLECT_EVERY = 1_500_000;

let registered = false;
let sinceCollection = 0;

/** Trees live outside the JavaScript heap, where V8 does not see them: without being told it lets gigabytes pile up. */
const collect: () => void = (() => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return gc;
})();

/**
 * Parses a text in a thread of its own and returns the root of its tree. Always succeeds: what is no valid code
 * becomes ERROR nodes. Bounded by `MAX_PARSE`, which the caller checks first (RangeError).
 */
export const parse = async (language: Language, text: string): Promise<Node> => {
  if (text.length > MAX_PARSE) throw new RangeError(`A text of ${text.length} characters is not parsed.`);
  if (!registered) {
    registerDynamicLanguage({ python });
    registered = true;
  }
  sinceCollection += text.length;
  if (sinceCollection > COLLECT_EVERY) {
    sinceCollection = 0;
    collect();
    // Finalizers, which free the trees, run between two turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return (await parseAsync(PARSERS[language], text)).root();
};

/** Lines (from 1) of the first places that could not be parsed, up to `limit`. */
export const errorLines = (root: Node, limit = 3): number[] => {
  if (root.find({ rule: { kind: 'ERROR' } }) === null) return [];
  return [...new Set(root.findAll({ rule: { kind: 'ERROR' } }).map((node) => node.range().start.line + 1))].slice(0, limit);
};
