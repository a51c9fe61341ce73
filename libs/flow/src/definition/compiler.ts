import type { LocalVariable } from '../expression/analyse.js';
import { COMMON, LOCAL } from '../expression/analyse.js';
import type { ResultType } from '../expression/cel.js';
import { compileExpression, type Expression } from '../expression/expression.js';
import { compileTemplate, type CompiledTemplate } from '../expression/template.js';
import type { Issue, Key } from './issue.js';

const PLACES: Record<LocalVariable, string> = {
  item: 'in the input of a step with forEach',
  index: 'in the input of a step with forEach',
  iteration: 'in a step with repeat',
  last: 'in a step with repeat',
  output: 'where an output is judged or undone: in join, expects and compensate',
  agent: 'in join',
  event: 'where an event is judged: in its filter, and in the input of what it starts',
  joined: 'in the input of a step whose join is about the steps it needs',
  error: 'in what is run about a failure',
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

  /** The filter of an event that starts a flow: there is no flow yet. */
  trigger(source: string | undefined, path: Key[]): Expression | undefined {
    const expression = this.expression(source, 'bool', { path, local: ['event'] });
    if (expression) this.onlyEvent([expression], path);
    return expression;
  }

  triggerInput(value: unknown, path: Key[]): CompiledTemplate {
    const template = this.template(value, path, ['event']);
    this.onlyEvent(template.expressions, path);
    return template;
  }

  private onlyEvent(expressions: Expression[], path: Key[]): void {
    for (const { variables, source } of expressions) {
      const name = COMMON.find((each) => variables.has(each));
      if (!name) continue;
      const message = `${name} is not known before the flow is: here there is event`;
      this.issues.push({ code: 'INVALID_EXPRESSION', path, message, within: { expression: source, offset: source.indexOf(name) } });
    }
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
