export type * from './types.js';
export { describeWait, describeWork, isMany, kindOf, skillOf, STEP_KINDS } from './definition/definition.js';
export { startedBy, type EventView, type Started } from './definition/started-by.js';
export { parseModification, type Modification } from './definition/parse-modification.js';
export { LIMITS } from './limits.js';
export { compile, type CompiledFlow, type CompiledStep } from './definition/compile.js';
export { cel, flow, type, type Expr, type FlowBuilder, type Names, type TypeOf } from './definition/builder.js';
export { parseDefinition, type Parsed } from './definition/parse-definition.js';
export { issueProblem, validateDefinition } from './definition/validate.js';
export { showPath, type Issue } from './definition/issue.js';
export { checkValue } from './definition/input-schema.js';
export { emptyState, type FlowState } from './state/state.js';
export { fold, isApplied } from './state/fold.js';
export { awaited } from './state/awaited.js';
export { timedOut, unaccepted, unanswered, type TimedOut } from './state/timed-out.js';
export { statusOf } from './state/status.js';
export { explain } from './state/explain.js';
export { decide, timeOf } from './decide/decide.js';
export { reservationOf } from './decide/children.js';
export { taskBudget } from './decide/submit.js';
export { compareVersions, fullVersion, newestThatFits, parseWorkflowKey, workflowKey } from './definition/version.js';
export { flowGraph, type FlowGraph, type GraphEdge, type GraphNode } from './drawing/flow-graph.js';
export { toMermaid } from './drawing/mermaid.js';
export { toDot } from './drawing/dot.js';
export { causeOf, sentenceOf, tell, type ToldTransition } from './history/sentences.js';
export { Replay, type Frame } from './history/replay.js';
export {
  bestAgent,
  PREFERENCES,
  type Choice,
  type ChooseAgent,
  type Preference,
  type Situation,
  type Weights,
} from './decide/agent-choice.js';
export { planOf, type FlowPlan, type PlanFacts, type PlannedStep } from './plan/plan.js';
