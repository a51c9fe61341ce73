import type { LocalVariable } from '../expression/analyse.js';
import { LOCAL } from '../expression/analyse.js';
import type { ResultType } from '../expression/cel.js';
import { compileExpression, type Expression } from '../expression/expression.js';
import { compileTemplate, type CompiledTemplate } from '../expression/template.js';
import type { Issue, Key } from './issue.js';

const PLACES: Record<LocalVariable, string> = {
  item: 'in the input of a step with forEach',
  index: 'in the input of a step with forEach',
  iteration: 'in a step with repeat',
  last: 'in a step with repeat',
  output: 'where an output is judged: in join and expects',
  agent: 'in join',
  event: 'in the filter of an event',
  joined: 'in the input of a step whose join is about the steps it needs',
  error: 'in what is done about a failure',
};

/** Compiles expressions and templates, gathering what is wrong with them. */
export class Compiler {
  readonly issues: Issue[] = [];

  /** `local`: the variables that are known in this place only. */
  expression(source: string | undefined, wanted: ResultType, at: { path: Key[]; local?: LocalVariable[] }): Expression | undefined {
    if (source === undefined) return undefined;
    const compiled = compileExpression(source, wanted);
    if ('expression' in compiled) {
      this.names([compiled.expression], at.path, at.local);
      return compiled.expression;
    }
    for (const { message, offset } of compiled.mistakes)
      this.issues.push({ code: 'INVALID_EXPRESSION', path: at.path, message, within: { expression: source, offset } });
    return undefined;
  }

  template(value: unknown, path: Key[], local?: LocalVariable[]): CompiledTemplate {
    const { template, mistakes } = compileTemplate(value);
    for (const { path: inner, message, expression, offset } of mistakes)
      this.issues.push({ code: 'INVALID_EXPRESSION', path: [...path, ...inner], message, within: { expression, offset } });
    this.names(template.expressions, path, local);
    return template;
  }

  private names(expressions: Expression[], path: Key[], local: LocalVariable[] = []): void {
    for (const { variables, source } of expressions) {
      const name = LOCAL.find((each) => variables.has(each) && !local.includes(each));
      if (!name) continue;
      const message = `${name} is known ${PLACES[name]} only`;
      this.issues.push({ code: 'INVALID_EXPRESSION', path, message, within: { expression: source, offset: source.indexOf(name) } });
    }
  }
}
