import { createHash } from 'node:crypto';
import { WaggleError } from '@waggle/protocol';
import type { CompiledTemplate } from '../expression/template.js';
import { compileStep, type StepExpressions } from './compile-step.js';
import { Compiler } from './compiler.js';
import type { FlowDefinition, StepDefinition } from './definition.js';
import { checkGraph } from './graph.js';
import { showPath, type Issue, type Key } from './issue.js';
import { Recent } from './recent.js';

export interface CompiledStep extends StepExpressions {
  index: number;
  definition: StepDefinition;
  /** Indices of the steps that must have ended before it begins, and of those that wait for it. */
  dependencies: number[];
  dependents: number[];
  /** Of the dependencies those that its join is about: it does not wait for all of them. */
  members: number[];
  /** Only joins wait for it: they say what it means that it failed. */
  tolerated: boolean;
}

/** A definition ready to run: a graph of steps, their expressions compiled. */
export interface CompiledFlow {
  definition: FlowDefinition;
  steps: CompiledStep[];
  byId: ReadonlyMap<string, CompiledStep>;
  /** Absent: the outputs of all steps by id. */
  output?: CompiledTemplate;
}

/** Compiles what `readDefinition` made of a definition: expressions, names, dependencies, cycles; flows written in place too. */
export const compileDefinition = (definition: FlowDefinition, path: Key[] = []): { flow: CompiledFlow; issues: Issue[] } => {
  const compiler = new Compiler();
  const steps = definition.steps.map((step, index): CompiledStep => {
    const at: Key[] = [...path, 'steps', index];
    if (step.flow) compiler.issues.push(...compileDefinition(step.flow, [...at, 'flow']).issues);
    const expressions = compileStep(compiler, step, at);
    return { index, definition: step, ...expressions, dependencies: [], dependents: [], members: [], tolerated: false };
  });
  const output = definition.output === undefined ? undefined : compiler.template(definition.output, [...path, 'output']);
  const byId = new Map(steps.map((step) => [step.definition.id, step]));
  const flow: CompiledFlow = { definition, steps, byId, output };
  compiler.issues.push(...checkGraph(flow, path));
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
