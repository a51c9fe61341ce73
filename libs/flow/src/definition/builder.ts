import { WaggleError } from '@waggle/protocol';
import type { FlowDefinition } from '../types.js';
import { parseDefinition } from './parse-definition.js';
import type { Common, Condition, ListJoin, Options, PickJoin, Work } from './written.js';

declare const meaning: unique symbol;

/** CEL whose value is known to be a `T`: made by `ref` and `cel`, written as `${{ … }}`. */
export interface Expr<T> {
  readonly source: string;
  /** The path with one field more. */
  get<K extends keyof T & string>(key: K): Expr<T[K]>;
  toString(): string;
  toJSON(): string;
  readonly [meaning]?: T;
}

/** Any CEL: the type is the author's word. */
export const cel = <T = unknown>(source: string): Expr<T> => ({
  source,
  get: (key) => cel(/^[A-Za-z_]\w*$/.test(key) ? `${source}.${key}` : `${source}[${JSON.stringify(key)}]`),
  toString: () => `\${{ ${source} }}`,
  toJSON: () => `\${{ ${source} }}`,
});

/** What the expressions of a step may name: the flow's input and the outputs of the steps before it. */
export interface Names<I, S> {
  input: Expr<I>;
  steps: { readonly [K in keyof S]: Expr<S[K]> };
  flowId: Expr<string>;
}

/** The type of a step's output, for what comes after it: `gives: type<Report>()`. */
export interface TypeOf<T> {
  readonly [meaning]?: T;
}
export const type = <T>(): TypeOf<T> => ({});

type Given<O> = Common & Work & { gives?: TypeOf<O> };
type Single<I, S, O> = Given<O> & {
  /** How the steps in `needs` come together: `joined` holds the outputs of those that did. */
  join?: ListJoin | PickJoin;
  input?: (names: Names<I, S> & { joined: Expr<readonly unknown[]> }) => unknown;
  forEach?: undefined;
};
interface Items<I, S, E> {
  forEach: (names: Names<I, S>) => Expr<readonly E[]>;
  maxParallel?: number;
  input?: (names: Names<I, S> & { item: Expr<E>; index: Expr<number> }) => unknown;
}
/** `gives`: the output of one task; the step's output is a list of them. */
type Listed<I, S, O, E> = Given<O> & Items<I, S, E> & { join?: ListJoin };
type Picked<I, S, O, E> = Given<O> & Items<I, S, E> & { join: PickJoin };
type Looped<I, S, O> = Given<O> & {
  repeat: { until?: Condition; maxIterations: number; otherwise?: 'fail' | 'continue' };
  input?: (names: Names<I, S> & { last: Expr<O>; iteration: Expr<number> }) => unknown;
};

/** Builds a workflow step by step; each knows the types of those before it. Every call gives a new builder. */
export interface FlowBuilder<I, S extends object> {
  step<const K extends string, O = unknown>(id: K, step: Single<I, S, O>): FlowBuilder<I, S & Record<K, O>>;
  /** A task for each element of a list. */
  each<const K extends string, E, O = unknown>(id: K, step: Listed<I, S, O, E>): FlowBuilder<I, S & Record<K, O[]>>;
  /** A task for each element of a list, of which one result counts: the first, the best, or what they agree on. */
  pick<const K extends string, E, O = unknown>(id: K, step: Picked<I, S, O, E>): FlowBuilder<I, S & Record<K, O>>;
  /** Again and again until it is good: `last` is the output before, null at first. */
  loop<const K extends string, O = unknown>(id: K, step: Looped<I, S, O>): FlowBuilder<I, S & Record<K, O>>;
  output(of: (names: Names<I, S>) => unknown): FlowBuilder<I, S>;
  /** The validated definition, the same as from YAML. Throws INVALID_DEFINITION with every problem. */
  build(): FlowDefinition;
}

const names = {
  input: cel('input'),
  steps: new Proxy({}, { get: (_steps, id) => cel(`steps${key(String(id))}.output`) }),
  flowId: cel<string>('flow.id'),
  item: cel('item'),
  index: cel<number>('index'),
  joined: cel('joined'),
  last: cel('last'),
  iteration: cel<number>('iteration'),
};

const key = (id: string): string => (/^[A-Za-z_]\w*$/.test(id) ? `.${id}` : `["${id}"]`);

type AnyStep = Common & {
  gives?: unknown;
  input?: (given: typeof names) => unknown;
  forEach?: (given: typeof names) => Expr<unknown>;
};

const written = (id: string, { input, forEach, when, gives: _type, ...rest }: AnyStep): unknown => ({
  id,
  ...rest,
  when: when?.toString(),
  forEach: forEach?.(names).toString(),
  input: input?.(names),
});

const build = (written: Record<string, unknown>): FlowDefinition => {
  const parsed = parseDefinition(JSON.parse(JSON.stringify(written)));
  if ('definition' in parsed) return parsed.definition;
  const [first] = parsed.problems;
  throw new WaggleError('INVALID_DEFINITION', `${first?.path ?? ''}: ${first?.message}`, { problems: parsed.problems });
};

const builder = (made: { steps: unknown[] } & Record<string, unknown>): FlowBuilder<unknown, object> => {
  const step = (id: string, options: AnyStep) => builder({ ...made, steps: [...made.steps, written(id, options)] });
  const output = (of: (given: typeof names) => unknown) => builder({ ...made, output: of(names) });
  return { step, each: step, pick: step, loop: step, output, build: () => build(made) } as unknown as FlowBuilder<unknown, object>;
};

/** A workflow in TypeScript: `flow<Input>('name').step(…).each(…).output(…).build()`. */
export const flow = <I = unknown>(name: string, options: Options = {}): FlowBuilder<I, object> =>
  builder({ name, ...options, steps: [] }) as FlowBuilder<I, object>;
