import { createHash } from 'node:crypto';
import { WaggleError } from '@waggle/protocol';
import { compileExpression, type Expression } from '../expression/expression.js';
import { compileTemplate, type CompiledTemplate } from '../expression/template.js';
import type { Variable } from '../expression/analyse.js';
import type { FlowDefinition, StepDefinition } from '../types.js';
import { checkGraph } from './graph.js';
import { showPath, type Issue, type Key } from './issue.js';
import { Recent } from './recent.js';

export interface CompiledStep {
  index: number;
  definition: StepDefinition;
  when?: Expression;
  forEach?: Expression;
  input: CompiledTemplate;
  /** Indices of the steps that must have ended before it begins, and of those that wait for it. */
  dependencies: number[];
  dependents: number[];
}

/** A definition ready to run: a graph of steps, their expressions compiled. */
export interface CompiledFlow {
  definition: FlowDefinition;
  steps: CompiledStep[];
  byId: ReadonlyMap<string, CompiledStep>;
  /** Absent: the outputs of all steps by id. */
  output?: CompiledTemplate;
}

class Compiler {
  readonly issues: Issue[] = [];

  expression(source: string, wanted: 'bool' | 'list', path: Key[]): Expression | undefined {
    const compiled = compileExpression(source, wanted);
    if ('expression' in compiled) {
      this.names([compiled.expression], path, false);
      return compiled.expression;
    }
    for (const { message, offset } of compiled.mistakes)
      this.issues.push({ code: 'INVALID_EXPRESSION', path, message, within: { expression: source, offset } });
    return undefined;
  }

  template(value: unknown, path: Key[], hasItem: boolean): CompiledTemplate {
    const { template, mistakes } = compileTemplate(value);
    for (const { path: inner, message, expression, offset } of mistakes)
      this.issues.push({ code: 'INVALID_EXPRESSION', path: [...path, ...inner], message, within: { expression, offset } });
    this.names(template.expressions, path, hasItem);
    return template;
  }

  private names(expressions: Expression[], path: Key[], hasItem: boolean): void {
    if (hasItem) return;
    const outside = (variable: Variable) => variable === 'item' || variable === 'index';
    for (const { variables, source } of expressions) {
      const name = [...variables].find(outside);
      if (!name) continue;
      const message = `${name} is known in the input of a step with forEach only`;
      this.issues.push({ code: 'INVALID_EXPRESSION', path, message, within: { expression: source, offset: source.indexOf(name) } });
    }
  }
}

/** Compiles what `readDefinition` made of a definition: expressions, names, dependencies, cycles. */
export const compileDefinition = (definition: FlowDefinition): { flow: CompiledFlow; issues: Issue[] } => {
  const compiler = new Compiler();
  const steps = definition.steps.map((step, index): CompiledStep => {
    const path: Key[] = ['steps', index];
    return {
      index,
      definition: step,
      when: step.when === undefined ? undefined : compiler.expression(step.when, 'bool', [...path, 'when']),
      forEach: step.forEach === undefined ? undefined : compiler.expression(step.forEach, 'list', [...path, 'forEach']),
      input: compiler.template(step.input, [...path, 'input'], step.forEach !== undefined),
      dependencies: [],
      dependents: [],
    };
  });
  const output = definition.output === undefined ? undefined : compiler.template(definition.output, ['output'], false);
  const byId = new Map(steps.map((step) => [step.definition.id, step]));
  const flow: CompiledFlow = { definition, steps, byId, output };
  compiler.issues.push(...checkGraph(flow));
  return { flow, issues: compiler.issues };
};

const byObject = new WeakMap<FlowDefinition, CompiledFlow>();
const byHash = new Recent<CompiledFlow>(256);

/**
 * The compiled form of a validated definition, such as a flow's log has recorded; cached by its content.
 * Throws INVALID_DEFINITION where it was not validated.
 */
export const compile = (definition: FlowDefinition): CompiledFlow => {
  const known = byObject.get(definition);
  if (known) return known;
  const flow = byHash.get(createHash('sha256').update(JSON.stringify(definition)).digest('hex'), () => {
    const compiled = compileDefinition(definition);
    const [first] = compiled.issues;
    if (first) throw new WaggleError('INVALID_DEFINITION', first.message, { path: showPath(first.path) });
    return compiled.flow;
  });
  byObject.set(definition, flow);
  return flow;
};
