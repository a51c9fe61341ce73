import type { Language } from '../source/language.js';

/** The tokens of a text: a hash and a line (from 1) for each. Comments, spaces and imports are left out. */
export interface Tokens {
  hashes: Int32Array;
  lines: Int32Array;
}

const ECMASCRIPT =
  /(\/\/[^\n]*|\/\*[^]*?(?:\*\/|$))|(\s+)|([A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*|#[\w$]+)|("(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?|`(?:[^`\\]|\\[^])*`?)|(\d[\w.]*)|(=>|\?\?=?|\?\.|[-+*/%&|^<>=!]=*|&&|\|\||[^])/y;
const PYTHON =
  /(#[^\n]*)|(\s+)|([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)|((?:[rbuf]{0,2})(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?))|(\d[\w.]*)|(\*\*|\/\/|[-+*/%&|^<>=!]=*|[^])/y;

// Bounded, for where the end is missing each would else look through the rest of the text.
const IMPORT_ECMASCRIPT =
  /(?:import\b(?!\s{0,9}[(.])[^'"`;(]{0,4000}|export\s{1,9}(?:type\s{1,9})?(?:\*|\{[^}]{0,4000}\})[^'"`;{}]{0,100}\bfrom\s{0,9})(?:"[^"\n]{0,500}"|'[^'\n]{0,500}')[ \t]{0,9};?/y;
const IMPORT_PYTHON = /(?:from\s{1,9}[\w.]{1,300}\s{1,9})?import\b(?:\s{0,9}\([^)]{0,4000}\)|[^\n]{0,4000})/y;

const hashOf = (text: string, from: number, to: number): number => {
  let hash = 0x811c9dc5 | 0;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
};

/** One token is at least one character: room for all of a text, used anew for each. */
let scratch = { hashes: new Int32Array(0), lines: new Int32Array(0) };

const countLines = (text: string, from: number, to: number): number => {
  let count = 0;
  for (let next = text.indexOf('\n', from); next >= 0 && next < to; next = text.indexOf('\n', next + 1)) count++;
  return count;
};

/** Where an import that begins here ends, or `at` when none does. `import`, `export` and `from` begin with i, e or f. */
const skipImport = (imports: RegExp, text: string, at: number): number => {
  const char = text.charCodeAt(at);
  if (char !== 105 && char !== 101 && char !== 102) return at;
  imports.lastIndex = at;
  return imports.test(text) ? imports.lastIndex : at;
};

/** A lexer only: it need not understand code, it must cut equal code in equal pieces, and fast. */
export const tokenize = (language: Language, text: string): Tokens => {
  const [token, imports] = language === 'python' ? [PYTHON, IMPORT_PYTHON] : [ECMASCRIPT, IMPORT_ECMASCRIPT];
  if (scratch.hashes.length < text.length) scratch = { hashes: new Int32Array(text.length), lines: new Int32Array(text.length) };
  const { hashes, lines } = scratch;
  let size = 0;
  let line = 1;
  let freshLine = true;
  for (let at = 0, end: number; at < text.length; at = end) {
    end = freshLine ? skipImport(imports, text, at) : at;
    if (end > at) {
      line += countLines(text, at, end);
      continue;
    }
    token.lastIndex = at;
    const [, comment, space, , quoted] = token.exec(text)!;
    end = token.lastIndex;
    const passed = comment ?? space ?? quoted;
    if (comment === undefined && space === undefined) {
      hashes[size] = hashOf(text, at, end);
      lines[size++] = line;
      freshLine = false;
    }
    if (passed === undefined) continue;
    const newLines = countLines(text, at, end);
    line += newLines;
    if (newLines > 0 && quoted === undefined) freshLine = true;
  }
  return { hashes: hashes.slice(0, size), lines: lines.slice(0, size) };
};
