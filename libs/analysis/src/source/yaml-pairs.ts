import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Node as YamlNode } from 'yaml';
import type { Place } from '../finding-list.js';

/** A key and its value, and where it stands. */
export interface YamlPair {
  /** Keys from the outermost, lists as `[]`: `jobs.build.steps[].run`. */
  path: string;
  /** The value's text; of a list of texts its entries, a line each; undefined where it is a mapping. */
  value: string | undefined;
  /** Keys of the value where it is a mapping. */
  keys: readonly string[];
  place: Place;
}

/** Most pairs of a file, and mappings within mappings. */
const MAX_PAIRS = 20_000;
const MAX_DEPTH = 60;

const scalarText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value ?? '') ?? ''));

const textOf = (node: unknown): string | undefined => {
  if (isScalar(node)) return scalarText(node.value);
  if (isSeq(node) && node.items.every((item) => isScalar(item)))
    return node.items.map((item) => scalarText(isScalar(item) ? item.value : '')).join('\n');
  return undefined;
};

/** All pairs of a text; undefined when it is no YAML. Anchors are not followed: each thing is found once, where it stands. */
export const yamlPairs = (text: string): YamlPair[] | undefined => {
  const counter = new LineCounter();
  const pairs: YamlPair[] = [];
  const placeOf = (from: number, to: number): Place => {
    const start = counter.linePos(from);
    const end = counter.linePos(to);
    return { line: start.line, column: start.col, endLine: end.line, endColumn: end.col };
  };
  const walk = (node: YamlNode | null | undefined, path: string, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    if (isSeq(node)) {
      for (const item of node.items) walk(item as YamlNode, `${path}[]`, depth + 1);
    } else if (isMap(node)) {
      for (const { key, value } of node.items) {
        if (!isScalar(key) || key.range == null || pairs.length >= MAX_PAIRS) continue;
        const child = value as YamlNode | null;
        const name = path === '' ? scalarText(key.value) : `${path}.${scalarText(key.value)}`;
        const end = child?.range?.[1] ?? key.range[1];
        pairs.push({
          path: name,
          value: textOf(child),
          keys: isMap(child) ? child.items.map((item) => (isScalar(item.key) ? scalarText(item.key.value) : '')) : [],
          place: placeOf(key.range[0], Math.max(end, key.range[1])),
        });
        walk(child, name, depth + 1);
      }
    }
  };
  try {
    for (const document of parseAllDocuments(text, { lineCounter: counter, uniqueKeys: false, logLevel: 'silent' })) {
      if ('errors' in document && document.errors.length > 0) return undefined;
      walk(document.contents, '', 0);
    }
  } catch {
    return undefined;
  }
  return pairs;
};
