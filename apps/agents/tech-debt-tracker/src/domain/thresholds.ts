/** From where on something is worth a finding. */
export interface Thresholds {
  /** Cyclomatic complexity of a function: more is found. */
  complexity: number;
  /** Lines of a function without those of the functions in it. */
  functionLines: number;
  nesting: number;
  parameters: number;
}

export const THRESHOLDS: Thresholds = { complexity: 15, functionLines: 80, nesting: 4, parameters: 5 };
