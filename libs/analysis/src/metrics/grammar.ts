/** What a language's nodes mean for the metrics. Kinds are those of its tree-sitter grammar. */
export interface Grammar {
  functions: readonly string[];
  /** Each adds one to the cyclomatic complexity. */
  branches: readonly string[];
  /** Branches that the default of a switch shares its kind with: one that begins with `default` is none. */
  cases?: readonly string[];
  /** Takes one off: one of the branches in it is what happens otherwise. */
  discounts?: readonly string[];
  /** Nodes that are a branch where they have a certain field, by kind: the `alternative` of `let … else`. */
  optional?: Readonly<Record<string, string>>;
  /** Binary operators that are a branch: those of `kinds` with one of `operators` in their `operator` field; `always` whatever they have. */
  logical: { kinds: readonly string[]; operators: readonly string[]; always?: readonly string[] };
  /** Each is one level of nesting for what lies inside. */
  nesting: readonly string[];
  /** The kinds of `if`, and where what follows on `else` stands. */
  conditional: { kinds: readonly string[]; else: 'clause' | 'field' | 'token' };
  /** What adds one to the cognitive complexity, and one for each of these around it. `conditional` belongs to them. */
  structures: readonly string[];
  /** What adds one wherever it stands: `elif`, and the `else` of an `if` where that is a node. */
  flat: readonly string[];
  /** Jumps that count when they name a label. */
  jumps: readonly string[];
  /** What in a function's list of parameters is none, and the names by which the first stands for the object itself. */
  parameters: { not: readonly string[]; receivers: readonly string[]; list?: string };
  comments: readonly string[];
}
