import type { Priority } from '@waggle/protocol';
import type { Expr } from './builder.js';
import type { Decide, Distinct, Escalation, FlowDefinition, Rest, RetryPolicy, Use } from './definition.js';

/** What a definition is written with, before it is read: times may be texts such as `2m`, CEL may come from `cel`. */
export type Duration = string | number;
export type Condition = Expr<boolean> | string;

type Policy = Partial<Omit<RetryPolicy, 'initial' | 'max' | 'delays'>> & { initial?: Duration; max?: Duration; delays?: Duration[] };

/** Exactly one of what a step may do. */
export type Work =
  | { skill: string }
  | { workflow: string; version?: string }
  | { flow: FlowDefinition }
  | { plan: string }
  | {
      wait:
        | { for: Duration }
        | { until: Expr<string | number> | string }
        | { event: { source: string; type: string; filter?: Condition } }
        | { signal: string };
    }
  | { check: Condition }
  | {
      decide: Omit<Decide, 'severity' | 'ladder'> &
        Partial<Pick<Decide, 'severity'>> & { ladder?: { who: string; name?: string; after: Duration }[] };
    };

type Side = ({ skill: string } | { workflow: string; version?: string } | { flow: FlowDefinition }) & {
  input?: unknown;
  timeout?: Duration;
};

export interface Common {
  when?: Condition;
  needs?: string[];
  after?: string[];
  expects?: Record<string, Record<string, unknown> | Condition>;
  timeout?: Duration;
  within?: Duration;
  estimate?: Duration;
  priority?: Priority;
  budget?: { time?: Duration; tasks?: number; cost?: number };
  uses?: (Pick<Use, 'resource'> & Partial<Use>)[];
  onError?: ({ codes?: string[] } & (
    | { do: 'retry' | 'skip' | 'fail' }
    | (Partial<Omit<Escalation, 'do' | 'timeout' | 'ladder'>> & {
        do: 'escalate';
        timeout?: Duration;
        ladder?: { who: string; name?: string; after: Duration }[];
      })
    | { run: Side }
  ))[];
  compensate?: Side & { retry?: Policy };
  onFailure?: 'fail' | 'continue';
  retry?: Policy;
}

/** All or so many of a list: its output stays a list. */
export type ListJoin = 'all' | { quorum: number; distinct?: Distinct; rest?: Rest };
/** One of a list, or of the steps that are needed. */
export type PickJoin =
  | 'any'
  | { any: true; rest?: Rest }
  | { consensus: number; key?: Expr<unknown> | string; distinct?: Distinct; rest?: Rest }
  | { best: Expr<number> | string };

/** A step as it may be written where no types are followed: in phases, rules and other flows. */
export type WrittenStep = Common &
  Work & {
    id: string;
    input?: unknown;
    forEach?: Expr<readonly unknown[]> | string;
    maxParallel?: number;
    repeat?: { until?: Condition; maxIterations: number; otherwise?: 'fail' | 'continue' };
    join?: ListJoin | PickJoin;
  };

/** What a workflow has beside its steps. */
export interface Options {
  version?: string;
  description?: string;
  input?: Record<string, unknown>;
  budget?: { time?: Duration; tasks?: number; cost?: number };
  maxParallelAgents?: number;
  optimize?: 'time' | 'cost';
  rollbackOnFailure?: boolean;
  rollbackOnCancel?: boolean;
  rollbackTime?: Duration;
  phases?: { id: string; mode?: 'parallel' | 'sequential'; timeout?: Duration; when?: Condition; gate?: Condition; steps: WrittenStep[] }[];
  timeBoxes?: { id: string; after?: string[]; steps: string[]; time: Duration }[];
  rules?: {
    id?: string;
    after?: string;
    when?: Condition;
    add?: WrittenStep[];
    replace?: WrittenStep[];
    skip?: string[];
  }[];
  on?: { source: string; type: string; filter?: Condition; input?: unknown }[];
}
