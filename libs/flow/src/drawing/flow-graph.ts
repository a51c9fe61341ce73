import { describeWork, isMany } from '../definition/definition.js';
import { expressionsOf } from '../definition/compile-step.js';
import type { CompiledFlow, CompiledStep } from '../definition/compile.js';

/** A step as a picture shows it. */
export interface GraphNode {
  id: string;
  /** What is done: a skill, or what kind of step it is. */
  does: string;
  /** What the author said beside it, short: `for each`, `join`, time box, what a failure does. */
  notes: string[];
  /** It may be skipped. */
  conditional: boolean;
  /** It makes a task for each item of a list. */
  many: boolean;
}

/** One step waits for another: for what it gives (`data`), or for its end alone. */
export interface GraphEdge {
  from: string;
  to: string;
  data: boolean;
}

/** A flow as a picture: independent of how it is drawn. */
export interface FlowGraph {
  name: string;
  version: string;
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/** Whole units of time, the largest that fit. */
const span = (milliseconds: number): string => {
  const units: [string, number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ];
  const [name, size] = units.find(([, each]) => milliseconds >= each && milliseconds % each === 0) ?? ['ms', 1];
  return `${milliseconds / size} ${name}`;
};

const notesOf = ({ definition }: CompiledStep): string[] => {
  const { forEach, maxParallel, repeat, when, timeout, within, onFailure, join, compensate } = definition;
  return [
    ...(forEach === undefined ? [] : [`for each of ${forEach}${maxParallel === undefined ? '' : `, ${maxParallel} at once`}`]),
    ...(repeat === undefined
      ? []
      : [`again${repeat.until === undefined ? '' : ` until ${repeat.until}`}, ${repeat.maxIterations} times at most`]),
    ...(when === undefined ? [] : [`when ${when}`]),
    ...(join === 'all' ? [] : [`join ${JSON.stringify(join)}`]),
    ...(timeout === undefined ? [] : [`within ${span(timeout)}`]),
    ...(within === undefined ? [] : [`all within ${span(within)}`]),
    ...(compensate === undefined ? [] : [`undone by ${compensate.skill ?? compensate.workflow ?? 'a flow'}`]),
    ...(onFailure === 'continue' ? ['goes on when it fails'] : []),
  ];
};

const readsData = (step: CompiledStep, id: string): boolean => expressionsOf(step).some(([expression]) => expression.steps.has(id));

/** The steps of a compiled flow and what they wait for. */
export const flowGraph = ({ definition, steps }: CompiledFlow): FlowGraph => ({
  name: definition.name,
  version: definition.version,
  nodes: steps.map((step) => ({
    id: step.definition.id,
    does: describeWork(step.definition),
    notes: notesOf(step),
    conditional: step.definition.when !== undefined,
    many: isMany(step.definition),
  })),
  edges: steps.flatMap((step) =>
    step.dependencies.map((index) => {
      const from = steps[index]!.definition.id;
      return { from, to: step.definition.id, data: readsData(step, from) };
    }),
  ),
});
