import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseAsync, type SgNode } from '@ast-grep/napi';
import type { Language } from './language.js';
import { parserOf } from './parsers.js';

export type Node = SgNode;

/** The kind of a node in its grammar. */
export const kindOf = (node: Node | null): string | undefined => node?.kind() as string | undefined;

/** Longest text that is parsed: deeply nested text of this size takes about 3 s. */
export const MAX_PARSE = 1024 * 1024;

/** Characters parsed between two collections. A tree takes about 30 times its text. */
const COLLECT_EVERY = 1_500_000;

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
 * becomes ERROR nodes. Refuses with a RangeError what is longer than `MAX_PARSE`, and languages for which this
 * platform has no parser; callers ask first (`parserOf`).
 */
export const parse = async (language: Language, text: string): Promise<Node> => {
  if (text.length > MAX_PARSE) throw new RangeError(`A text of ${text.length} characters is not parsed.`);
  const parser = parserOf(language);
  if (parser === undefined) throw new RangeError(`There is no parser for ${language} on this platform.`);
  sinceCollection += text.length;
  if (sinceCollection > COLLECT_EVERY) {
    sinceCollection = 0;
    collect();
    // Finalizers, which free the trees, run between two turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return (await parseAsync(parser, text)).root();
};

/** Lines (from 1) of the first places that could not be parsed, up to `limit`. */
export const errorLines = (root: Node, limit = 3): number[] => {
  if (root.find({ rule: { kind: 'ERROR' } }) === null) return [];
  return [...new Set(root.findAll({ rule: { kind: 'ERROR' } }).map((node) => node.range().start.line + 1))].slice(0, limit);
};
