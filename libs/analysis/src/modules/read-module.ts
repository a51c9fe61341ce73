import { placeOf } from '../finding-list.js';
import { kindOf, type Node } from '../source/parse.js';
import type { ExportFacts, ImportFacts, ModuleFacts } from './module-facts.js';

/** Of a long statement that is looked at: its head, in which the names stand. */
const HEAD = 64_000;

const SOURCE = /(?:from\s*|import\s*)(?:"([^"\n]+)"|'([^'\n]+)')/;
const NAMED = /\{([^}]*)\}/;
const DECLARED =
  /^export\s+(?:declare\s+)?(?:default\s+)?(?:abstract\s+)?(?:async\s+)?(const enum|class|interface|type|enum|namespace|module|function\s*\*?|const|let|var)\s+([\w$]+)/;
/** A path of another file that stands somewhere else: `import('./a')`, `require('./a')`, `jest.mock('./a')`, `new URL('./a', …)`. */
const MENTIONED = /["'`](\.{1,2}\/[^"'`\n\s]{1,300})["'`]/g;

/** What stands between braces: each name as the other side knows it and as this one does. */
const listed = (text: string): { outer: string; inner: string; type: boolean }[] =>
  (NAMED.exec(text)?.[1] ?? '')
    .split(',')
    .map((part) => part.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, '').trim())
    .filter((part) => part !== '')
    .map((part) => {
      const type = /^type\s+\w/.test(part);
      const [first, second] = part.replace(/^type\s+/, '').split(/\s+as\s+/);
      return { outer: first!.trim(), inner: (second ?? first)!.trim(), type };
    });

const imported = (text: string, line: number): ImportFacts | undefined => {
  const source = SOURCE.exec(text);
  const from = source?.[1] ?? source?.[2];
  if (from === undefined) return undefined;
  const head = text.slice(0, source!.index);
  const names = listed(head);
  const clause = head
    .replace(NAMED, '')
    .replace(/^import\s+(type\s+)?/, '')
    .trim();
  const all = [...names.map(({ outer }) => outer), ...(clause.includes('*') ? ['*'] : []), ...(/^[\w$]/.test(clause) ? ['default'] : [])];
  const types = /^import\s+type\b/.test(text) || (names.length > 0 && names.every(({ type }) => type) && all.length === names.length);
  return { from, names: all, types, line };
};

interface Exported {
  imports: ImportFacts[];
  exports: Omit<ExportFacts, 'usedHere'>[];
}

const variablesOf = (node: Node): string[] =>
  (node.find({ rule: { kind: 'lexical_declaration' } })?.namedChildren() ?? [])
    .map((each) => each.field('name'))
    .flatMap((name) => (name !== null && kindOf(name) === 'identifier' ? [name.text()] : []));

const exported = (node: Node, text: string, line: number): Exported => {
  const source = /^export\s+(?:type\s+)?(?:\*|\{)/.test(text) ? SOURCE.exec(text) : null;
  const from = source?.[1] ?? source?.[2];
  const isType = /^export\s+type\s*(?:\{|\*)/.test(text);
  if (/^export\s+(?:type\s+)?\{/.test(text)) {
    const names = listed(text);
    const exports = names.map(({ inner, type }) => ({ name: inner, line, kind: isType || type ? ('type' as const) : ('value' as const) }));
    return { exports, imports: from === undefined ? [] : [{ from, names: names.map(({ outer }) => outer), types: isType, line }] };
  }
  if (from !== undefined) return { exports: [], imports: [{ from, names: ['*'], types: isType, line }] };
  if (/^export\s+default\b/.test(text)) return { imports: [], exports: [{ name: 'default', line, kind: 'value' }] };
  const declared = DECLARED.exec(text);
  if (declared === null) return { imports: [], exports: [] };
  const kind = declared[1] === 'interface' || declared[1] === 'type' ? 'type' : 'value';
  const names = /^(const|let|var)$/.test(declared[1]!) ? variablesOf(node) : [declared[2]!];
  return { imports: [], exports: names.map((name) => ({ name, line, kind })) };
};

const isWordAt = (text: string, at: number): boolean => at >= 0 && at < text.length && /[\w$]/.test(text[at]!);

/** Whether a word stands in a text more than once. */
const standsAgain = (text: string, word: string): boolean => {
  let found = 0;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length))
    if (!isWordAt(text, at - 1) && !isWordAt(text, at + word.length) && ++found > 1) return true;
  return false;
};

/** Imports and exports of one module that are looked at: more of them nobody wrote. */
const MOST = 2000;

/** What a module of TypeScript or JavaScript takes from others and gives to them. Deterministic. */
export const readModule = (file: string, text: string, root: Node): ModuleFacts => {
  const imports: ImportFacts[] = [];
  const exports: Omit<ExportFacts, 'usedHere'>[] = [];
  /** The text without the statements that name other modules. */
  const rest: string[] = [];
  let at = 0;
  for (const node of root.children()) {
    const kind = kindOf(node);
    if (kind !== 'import_statement' && kind !== 'export_statement') continue;
    const own = node.text();
    const range = node.range();
    const { line } = placeOf(range);
    const found =
      kind === 'import_statement'
        ? { imports: [imported(own.slice(0, HEAD), line)].filter((each) => each !== undefined), exports: [] }
        : exported(node, own.slice(0, HEAD).replace(/^(@[^\n]*\n\s*)+/, ''), line);
    imports.push(...found.imports);
    exports.push(...found.exports);
    if (found.imports.length === 0) continue;
    rest.push(text.slice(at, range.start.index));
    at = range.end.index;
  }
  rest.push(text.slice(at));
  const mentioned = new Set([...rest.join('\n').matchAll(MENTIONED)].map((match) => match[1]!));
  for (const from of mentioned) imports.push({ from, names: ['*'], types: true, line: 1 });
  return {
    file,
    imports: imports.slice(0, MOST),
    exports: exports.slice(0, MOST).map((each) => ({ ...each, usedHere: standsAgain(text, each.name) })),
  };
};
