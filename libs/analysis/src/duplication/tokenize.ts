import { ECMASCRIPT as ECMASCRIPT_LANGUAGES, type Language } from '../source/language.js';

/** The tokens of a text: hashes and a line (from 1) for each. Comments, spaces and imports are left out. */
export interface Tokens {
  hashes: Int32Array;
  /** As `hashes`, but all names of variables alike: what stays when they are renamed. Names after a dot, keywords and values are kept. */
  shapes: Int32Array;
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

/** What other languages begin a line of imports with. */
const IMPORT_OTHER =
  /(?:(?:import|using|use|package|require|require_once|include)\b|#[ \t]{0,9}include\b)(?:\s{0,9}\([^)]{0,4000}\)|[^\n;{]{0,4000});?/y;

/** Of all languages: a word too many keeps a name, and finds a little less. */
const KEYWORDS = new Set(
  (
    'abstract and as async await bool boolean break byte case catch char class const continue def default defer del do double elif else elsif ' +
    'end ensure enum except export extends false final finally float fn for foreach from fun func function go goto if impl implements import in ' +
    'instanceof int interface internal is lambda let long loop match mod module mut namespace new nil none None not null nullptr number object ' +
    'operator or override package pass private protected pub public raise range readonly ref rescue return self Self sealed short signed sizeof ' +
    'static string str struct super switch template this This throw throws trait True False true try type typedef typeof typename union unless ' +
    'unsafe unsigned until use using val var virtual void volatile when where while with yield undefined unknown any never String Int Boolean'
  ).split(' '),
);

const hashOf = (text: string, from: number, to: number): number => {
  let hash = 0x811c9dc5 | 0;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
};

/** One token is at least one character: room for all of a text, used anew for each. */
let scratch = { hashes: new Int32Array(0), shapes: new Int32Array(0), lines: new Int32Array(0) };

/** Stands for the name of any variable. */
const VARIABLE = 0x5ee0;
const DOT = 46;

const countLines = (text: string, from: number, to: number): number => {
  let count = 0;
  for (let next = text.indexOf('\n', from); next >= 0 && next < to; next = text.indexOf('\n', next + 1)) count++;
  return count;
};

/** Where an import that begins here ends, or `at` when none does. `import`, `export` and `from` begin with i, e or f. */
const skipImport = (imports: RegExp, text: string, at: number): number => {
  const char = text.charCodeAt(at);
  if (imports !== IMPORT_OTHER && char !== 105 && char !== 101 && char !== 102) return at;
  imports.lastIndex = at;
  return imports.test(text) ? imports.lastIndex : at;
};

const lexerOf = (language: Language): [token: RegExp, imports: RegExp] => {
  if (language === 'python') return [PYTHON, IMPORT_PYTHON];
  if (ECMASCRIPT_LANGUAGES.includes(language)) return [ECMASCRIPT, IMPORT_ECMASCRIPT];
  // `#` begins a comment in Ruby as it does in Python
  return [language === 'ruby' ? PYTHON : ECMASCRIPT, IMPORT_OTHER];
};

/** A lexer only: it need not understand code, it must cut equal code in equal pieces, and fast. */
export const tokenize = (language: Language, text: string): Tokens => {
  const [token, imports] = lexerOf(language);
  const { length } = text;
  if (scratch.hashes.length < length)
    scratch = { hashes: new Int32Array(length), shapes: new Int32Array(length), lines: new Int32Array(length) };
  const { hashes, shapes, lines } = scratch;
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
    const [, comment, space, name, quoted] = token.exec(text)!;
    end = token.lastIndex;
    const passed = comment ?? space ?? quoted;
    if (comment === undefined && space === undefined) {
      hashes[size] = hashOf(text, at, end);
      const isVariable = name !== undefined && text.charCodeAt(at - 1) !== DOT && !KEYWORDS.has(name);
      shapes[size] = isVariable ? VARIABLE : hashes[size]!;
      lines[size++] = line;
      freshLine = false;
    }
    if (passed === undefined) continue;
    const newLines = countLines(text, at, end);
    line += newLines;
    if (newLines > 0 && quoted === undefined) freshLine = true;
  }
  return { hashes: hashes.slice(0, size), shapes: shapes.slice(0, size), lines: lines.slice(0, size) };
};
