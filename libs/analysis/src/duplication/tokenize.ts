import type { Language } from '../source/language.js';

/** The tokens of a text: a hash and a line (from 1) for each. Comments, spaces and imports are left out. */
export interface Tokens {
  hashes: Int32Array;
  lines: Int32Array;
}

const ECMASCRIPT = /(\/\/[^\n]*|\/\*[^]*?(?:\*\/|$))|(\s+)|([A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*|#[\w$]+)|("(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?|`(?:[^`\\]|\\[^])*`?)|(\d[\w.]*)|(=>|\?\?=?|\?\.|[-+*/%&|^<>=!]=*|&&|\|\||[^])/y;
const PYTHON = /(#[^\n]*)|(\s+)|([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)|((?:[rbuf]{0,2})(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?))|(\d[\w.]*)|(\*\*|\/\/|[-+*/%&|^<>=!]=*|[^])/y;

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

/** A lexer only: it need not understand code, it must cut equal code in equal pieces, and fast. */
export const tokenize = (language: Language, text: string): Tokens => {
  const python = language === 'python';
  const token = python ? PYTHON : ECMASCRIPT;
  const imports = python ? IMPORT_PYTHON : IMPORT_ECMASCRIPT;
  if (scratch.hashes.length < text.length) scratch = { hashes: new Int32Array(text.length), lines: new Int32Array(text.length) };
  const { hashes, lines } = scratch;
  let size = 0;
  let line = 1;
  let at = 0;
  let freshLine = true;
  while (at < text.length) {
    const char = text.charCodeAt(at);
    // `import`, `export` and `from` begin with one of these.
    if (freshLine && (char === 105 || char === 101 || char === 102)) {
      imports.lastIndex = at;
      if (imports.test(text)) {
        line += countLines(text, at, imports.lastIndex);
        at = imports.lastIndex;
        continue;
      }
    }
    token.lastIndex = at;
    const match = token.exec(text)!;
    const end = token.lastIndex;
    if (match[1] === undefined && match[2] === undefined) {
      hashes[size] = hashOf(text, at, end);
      lines[size++] = line;
      freshLine = false;
    }
    if (match[1] !== undefined || match[2] !== undefined || match[4] !== undefined) {
      const passed = countLines(text, at, end);
      line += passed;
      if (passed > 0 && match[4] === undefined) freshLine = true;
    }
    at = end;
  }
  return { hashes: hashes.slice(0, size), lines: lines.slice(0, size) };
};
