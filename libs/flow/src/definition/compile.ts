import { createHash } from 'node:crypto';
import { WaggleError } from '@waggle/protocol';
import type { Expression } from '../expression/expression.js';
import type { CompiledTemplate } from '../expression/template.js';
import { compileStep, type StepExpressions } from './compile-step.js';
import { Compiler } from './compiler.js';
import type { FlowDefinition, Rule, StepDefinition, Trigger } from './definition.js';
import { checkGraph } from './graph.js';
import { definitionIssue, showPath, type Issue, type Key } from './issue.js';
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
  rules: CompiledRule[];
  boxes: CompiledBox[];
  triggers: CompiledTrigger[];
  /** Absent: the outputs of all steps by id. */
  output?: CompiledTemplate;
}

/** A time box, or a step that must have ended in time; steps by their indices. */
export interface CompiledBox {
  id: string;
  code: 'PHASE_TIMEOUT' | 'STEP_TIMEOUT';
  after: number[];
  steps: number[];
  time: number;
}

export interface CompiledTrigger {
  definition: Trigger;
  filter?: Expression;
  input?: CompiledTemplate;
}

export interface CompiledRule {
  definition: Rule;
  when?: Expression;
  /** Ids of the steps that must have ended before it is judged. */
  waits: string[];
}

const boxesOf = ({ definition, steps, byId }: CompiledFlow, fault: (issue: Issue) => void): CompiledBox[] => {
  const own = steps.flatMap(({ index, definition: { id, within }, dependencies, members }): CompiledBox[] => {
    const after = dependencies.filter((each) => !members.includes(each));
    return within === undefined ? [] : [{ id: `step:${id}`, code: 'STEP_TIMEOUT', after, steps: [index], time: within }];
  });
  const shared = (definition.timeBoxes ?? []).map((box, at): CompiledBox => {
    const indices = (field: 'after' | 'steps') =>
      box[field].flatMap((id, index) => {
        const step = byId.get(id);
        if (!step) fault(definitionIssue(['timeBoxes', at, field, index], `there is no step "${id.slice(0, 64)}"`));
        return step ? [step.index] : [];
      });
    return { id: box.id, code: 'PHASE_TIMEOUT', after: indices('after'), steps: indices('steps'), time: box.time };
  });
  return [...shared, ...own];
};

/** Steps without an issue, so that a change of a flow compiles what is new. */
const known = new WeakMap<StepDefinition, StepExpressions>();

const learn = (compiler: Compiler, step: StepDefinition, path: Key[]): StepExpressions => {
  const before = compiler.issues.length;
  const expressions = compileStep(compiler, step, path);
  if (compiler.issues.length === before) known.set(step, expressions);
  return expressions;
};

/** Compiles what `readDefinition` made of a definition: expressions, names, dependencies, cycles; flows written in place too. */
export const compileDefinition = (definition: FlowDefinition, path: Key[] = []): { flow: CompiledFlow; issues: Issue[] } => {
  const compiler = new Compiler();
  const steps = definition.steps.map((step, index): CompiledStep => {
    const at: Key[] = [...path, 'steps', index];
    const expressions = known.get(step) ?? learn(compiler, step, at);
    return { index, definition: step, ...expressions, dependencies: [], dependents: [], members: [], tolerated: false };
  });
  const output = definition.output === undefined ? undefined : compiler.template(definition.output, [...path, 'output']);
  const byId = new Map(steps.map((step) => [step.definition.id, step]));
  const rules = (definition.rules ?? []).map((rule, index): CompiledRule => {
    const when = compiler.expression(rule.when, 'bool', { path: [...path, 'rules', index, 'when'] });
    return { definition: rule, when, waits: [...new Set([...(rule.after === undefined ? [] : [rule.after]), ...(when?.steps ?? [])])] };
  });
  const triggers = (definition.on ?? []).map((trigger, index): CompiledTrigger => {
    const at = [...path, 'on', index];
    return {
      definition: trigger,
      filter: compiler.trigger(trigger.filter, [...at, 'filter']),
      ...(trigger.input === undefined ? {} : { input: compiler.triggerInput(trigger.input, [...at, 'input']) }),
    };
  });
  const flow: CompiledFlow = { definition, steps, byId, rules, boxes: [], triggers, output };
  compiler.issues.push(...checkGraph(flow, path));
  flow.boxes = boxesOf(flow, (issue) => compiler.issues.push({ ...issue, path: [...path, ...issue.path] }));
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
