import { WaggleError } from '@waggle/protocol';
import { LIMITS, sizeOf } from '../limits.js';
import type { Mistake } from './analyse.js';
import { compileExpression, type Expression } from './expression.js';
import { loadWhole, type LoadValue } from './loader.js';
import type { Scope } from './scope.js';

/** A compiled template: `render` gives JSON. Throws what expressions throw. */
export interface CompiledTemplate {
  expressions: Expression[];
  render(scope: Scope, load: LoadValue): unknown;
}

export interface TemplateMistake extends Mistake {
  /** Where in the template. */
  path: (string | number)[];
  /** The expression as written; empty where the text around it is wrong. */
  expression: string;
}

type Render = CompiledTemplate['render'];
type Piece = string | Expression;

/** Where the expression that starts at `from` is closed: `}}` outside of texts and braces; -1 where it is not. */
const closing = (text: string, from: number): number => {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (c === '"' || c === "'") {
      for (i++; i < text.length && text[i] !== c; i++) if (text[i] === '\\') i++;
    } else if (c === '{') depth++;
    else if (c === '}') {
      if (depth > 0) depth--;
      else if (text[i + 1] === '}') return i;
    }
  }
  return -1;
};

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Compiles a value with `${{ CEL }}` in its texts. One that is nothing but an expression keeps its type. */
export const compileTemplate = (template: unknown): { template: CompiledTemplate; mistakes: TemplateMistake[] } => {
  const expressions: Expression[] = [];
  const mistakes: TemplateMistake[] = [];
  let made = 0;

  /** Many expressions that are each within bounds may make more together than anybody can take. */
  const bounded = (value: unknown): unknown => {
    if (expressions.length < 2) return value;
    made += typeof value === 'string' ? value.length : sizeOf(value);
    if (made > LIMITS.loaded) throw new WaggleError('EXPRESSION_FAILED', `the template makes more than ${LIMITS.loaded} bytes`);
    return value;
  };

  const pieces = (text: string, path: (string | number)[]): Piece[] => {
    const found: Piece[] = [];
    let at = 0;
    for (let open = text.indexOf('${{'); open >= 0; open = text.indexOf('${{', at)) {
      const close = closing(text, open + 3);
      if (close < 0) {
        mistakes.push({ path, expression: '', message: '`${{` is not closed by `}}`', offset: open });
        return found;
      }
      if (open > at) found.push(text.slice(at, open));
      const raw = text.slice(open + 3, close);
      const source = raw.trim();
      const compiled = compileExpression(source, open === 0 && close + 2 === text.length ? 'any' : 'text');
      if ('mistakes' in compiled) for (const mistake of compiled.mistakes) mistakes.push({ path, expression: source, ...mistake });
      else {
        expressions.push(compiled.expression);
        found.push(compiled.expression);
      }
      at = close + 2;
    }
    if (at < text.length) found.push(text.slice(at));
    return found;
  };

  const compileText = (text: string, path: (string | number)[]): Render => {
    if (!text.includes('${{')) return () => text;
    const parts = pieces(text, path);
    const [only] = parts;
    if (parts.length === 1 && typeof only === 'object') return (scope, load) => bounded(only.evaluate(scope, load));
    return (scope, load) => {
      const text = (part: Expression) => asText(bounded(loadWhole(part.evaluate(scope, load), load)));
      return parts.map((part) => (typeof part === 'string' ? part : text(part))).join('');
    };
  };

  const compile = (value: unknown, path: (string | number)[]): Render => {
    if (typeof value === 'string') return compileText(value, path);
    if (typeof value !== 'object' || value === null) return () => value;
    const before = expressions.length;
    if (Array.isArray(value)) {
      const list: unknown[] = value;
      const inner = list.map((each, index) => compile(each, [...path, index]));
      return expressions.length === before ? () => list : (scope, load) => inner.map((render) => render(scope, load));
    }
    const inner = Object.entries(value).map(([key, each]) => [key, compile(each, [...path, key])] as const);
    if (expressions.length === before) return () => value;
    return (scope, load) => Object.fromEntries(inner.map(([key, render]) => [key, render(scope, load)]));
  };

  const compiled = compile(template, []);
  const render: Render = (scope, load) => {
    made = 0;
    return compiled(scope, load);
  };
  return { template: { expressions, render }, mistakes };
};
