import type { Expression } from '../expression/expression.js';
import type { CompiledTemplate } from '../expression/template.js';
import type { LocalVariable } from '../expression/analyse.js';
import type { Compiler } from './compiler.js';
import { isMany, type StepDefinition } from './definition.js';
import type { Key } from './issue.js';

/** What must be true of the output of a step before this one begins. */
export interface Expected {
  step: string;
  /** JSON Schema. */
  schema?: Record<string, unknown>;
  check?: Expression;
}

/** The compiled expressions of a step. */
export interface StepExpressions {
  when?: Expression;
  forEach?: Expression;
  input: CompiledTemplate;
  /** What people are asked. */
  question?: CompiledTemplate;
  /** The session of a sync point. */
  session?: CompiledTemplate;
  /** Whether a loop is over. */
  until?: Expression;
  check?: Expression;
  /** The time, or the filter of the event, that it waits for. */
  wait?: Expression;
  /** The key of a consensus, or the score of the best. */
  judge?: Expression;
  expects: Expected[];
  /** The input of what undoes it; absent: the output. */
  compensate?: CompiledTemplate;
  /** Inputs of what is run about failures, by their place in `onError`; absent: the error. */
  recoveries: (CompiledTemplate | undefined)[];
}

/** Whether the join is about the steps that are needed, not about tasks of a list. */
export const joinsNeeds = (step: StepDefinition): boolean => step.join !== 'all' && !isMany(step);

const inputNames = (step: StepDefinition): LocalVariable[] => [
  ...(step.forEach === undefined ? [] : (['item', 'index'] as const)),
  ...(step.repeat === undefined ? [] : (['iteration', 'last'] as const)),
  ...(joinsNeeds(step) ? (['joined'] as const) : []),
];

export const compileStep = (compiler: Compiler, step: StepDefinition, path: Key[]): StepExpressions => {
  const { wait, join } = step;
  const expects = Object.entries(step.expects ?? {}).map(([id, rule]): Expected => {
    if (typeof rule !== 'string') return { step: id, schema: rule };
    return { step: id, check: compiler.expression(rule, 'bool', { path: [...path, 'expects', id], local: ['output'] }) };
  });
  const inWait = { path: [...path, 'wait'] };
  const inJoin = { path: [...path, 'join'], local: ['output', 'agent'] as LocalVariable[] };
  return {
    when: compiler.expression(step.when, 'bool', { path: [...path, 'when'] }),
    forEach: compiler.expression(step.forEach, 'list', { path: [...path, 'forEach'] }),
    input: compiler.template(step.input, [...path, 'input'], inputNames(step)),
    question: step.decide && compiler.template(step.decide.question, [...path, 'decide', 'question']),
    session: step.sync && compiler.template(step.sync.session, [...path, 'sync', 'session']),
    until: compiler.expression(step.repeat?.until, 'bool', { path: [...path, 'repeat', 'until'], local: ['iteration', 'last'] }),
    check: compiler.expression(step.check, 'bool', { path: [...path, 'check'], local: joinsNeeds(step) ? ['joined'] : [] }),
    wait:
      wait && 'until' in wait
        ? compiler.expression(wait.until, 'any', inWait)
        : wait && 'event' in wait
          ? compiler.expression(wait.event.filter, 'bool', { path: [...inWait.path, 'event', 'filter'], local: ['event'] })
          : undefined,
    judge:
      join === 'all'
        ? undefined
        : 'consensus' in join
          ? compiler.expression(join.key, 'any', inJoin)
          : 'best' in join
            ? compiler.expression(join.best, 'any', inJoin)
            : undefined,
    expects,
    ...(step.compensate?.input === undefined
      ? {}
      : { compensate: compiler.template(step.compensate.input, [...path, 'compensate', 'input'], [...inputNames(step), 'output']) }),
    recoveries: (step.onError ?? []).map((recovery, index) =>
      'run' in recovery && recovery.run.input !== undefined
        ? compiler.template(recovery.run.input, [...path, 'onError', index, 'run', 'input'], [...inputNames(step), 'error'])
        : undefined,
    ),
  };
};

/** Expressions that are evaluated when something went wrong: they wait for nobody, what they name may not have ended. */
export const lateExpressionsOf = ({ compensate, recoveries }: StepExpressions): [Expression, string][] => [
  ...(compensate?.expressions ?? []).map((each): [Expression, string] => [each, 'compensate']),
  ...recoveries.flatMap((each) => (each?.expressions ?? []).map((inner): [Expression, string] => [inner, 'onError'])),
];

/** Every expression of a step and the field it stands in. */
export const expressionsOf = (step: StepExpressions): [Expression, string][] => {
  const { when, forEach, input, question, session, until, check, wait, judge, expects } = step;
  const one = (expression: Expression | undefined, field: string): [Expression, string][] => (expression ? [[expression, field]] : []);
  return [
    ...one(when, 'when'),
    ...one(forEach, 'forEach'),
    ...input.expressions.map((each): [Expression, string] => [each, 'input']),
    ...(question?.expressions ?? []).map((each): [Expression, string] => [each, 'decide']),
    ...(session?.expressions ?? []).map((each): [Expression, string] => [each, 'sync']),
    ...one(until, 'repeat'),
    ...one(check, 'check'),
    ...one(wait, 'wait'),
    ...one(judge, 'join'),
    ...expects.flatMap((each) => one(each.check, 'expects')),
  ];
};
