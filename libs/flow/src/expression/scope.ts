import type { Fault } from '@waggle/protocol';
import type { LocalVariable } from './analyse.js';

/** What a step gives to the expressions after it. */
export interface StepView {
  state: string;
  output?: unknown;
  error?: Fault;
}

/** What an expression is evaluated on. Values may hold references; they are never changed. */
export interface Scope {
  flowId: string;
  input: unknown;
  step(id: string): StepView | undefined;
  /** What is known in this place only. */
  local?: Partial<Record<LocalVariable, unknown>>;
}
