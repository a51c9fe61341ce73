/** From where on something is worth a finding: more than this is found. */
export const THRESHOLDS = {
  /** Cyclomatic complexity of a function. */
  complexity: 15,
  /** Cognitive complexity of a function. */
  cognitive: 15,
  /** Cognitive complexity from where on many paths are a tangle. */
  tangled: 60,
  /** Lines of a function without those of the functions in it. */
  functionLines: 80,
  nesting: 4,
  parameters: 5,
  /** Lines of a file. */
  fileLines: 600,
  /** Complexity of all functions of a file, from where on somebody should test it. */
  untested: 15,
} as const;
