import type { DirectoryOffer } from '@waggle/protocol';
import { bestAgent, PREFERENCES, type Weights } from '../decide/agent-choice.js';
import { compile, type CompiledFlow, type CompiledStep } from '../definition/compile.js';
import { describeWork, isMany, skillOf, type FlowDefinition } from '../definition/definition.js';

/** What is known when a flow is planned: who offers a skill now, and which are frozen. */
export interface PlanFacts {
  offers(skill: string): readonly DirectoryOffer[];
  frozen?(skill: string): boolean;
}

/** A step as it would go now. Times are milliseconds. */
export interface PlannedStep {
  id: string;
  does: string;
  needs: string[];
  /** The agent that would have its first task, and all that offer its skill. */
  agent?: string;
  agents: string[];
  /** Why it would not begin: nobody offers it, somebody froze it, or people are asked. */
  waits?: 'NO_AGENT' | 'FROZEN' | 'DECISION';
  /** From the flow's beginning until it begins, and how long one task of it takes. */
  begins: number;
  takes: number;
  /** Whether `takes` is what agents took so far, what its author says, or unknown (then it is 0). */
  basis: 'measured' | 'estimated' | 'unknown';
  /** US dollars of one task; 0 where nobody says. */
  cost: number;
  /** A task for each item of a list, or again and again: the figures are of one. */
  many: boolean;
  /** It may be skipped. */
  conditional: boolean;
  /** The flow would end later if it took longer. */
  critical: boolean;
}

export interface FlowPlan {
  name: string;
  version: string;
  /** In an order in which they may run. */
  steps: PlannedStep[];
  criticalPath: string[];
  expectedTime: number;
  expectedCost: number;
}

type Estimate = Pick<PlannedStep, 'takes' | 'basis' | 'cost' | 'agents' | 'agent' | 'waits'>;

const NOTHING: Estimate = { takes: 0, basis: 'unknown', cost: 0, agents: [] };

const weightsOf = ({ optimize }: FlowDefinition): Weights | undefined =>
  optimize === undefined ? undefined : optimize === 'time' ? PREFERENCES.speed : PREFERENCES.cost;

const ofSkill = (skill: string, facts: PlanFacts, definition: FlowDefinition): Estimate => {
  const offers = facts.offers(skill);
  const weights = weightsOf(definition);
  const chosen = bestAgent(offers, { given: new Map(), ...(weights && { weights }) })?.offer;
  const waits = facts.frozen?.(skill) ? 'FROZEN' : chosen ? undefined : 'NO_AGENT';
  const { meanMs = 0, cost = 0, agent } = chosen ?? {};
  return {
    takes: Math.round(meanMs),
    basis: meanMs > 0 ? 'measured' : 'unknown',
    cost,
    agents: offers.map((each) => each.agent).sort(),
    ...(agent !== undefined && { agent }),
    ...(waits && { waits }),
  };
};

const estimate = ({ definition: step }: CompiledStep, facts: PlanFacts, flow: FlowDefinition): Estimate => {
  const skill = skillOf(step);
  if (skill !== undefined) {
    const known = ofSkill(skill, facts, flow);
    return known.basis === 'unknown' && step.estimate !== undefined ? { ...known, takes: step.estimate, basis: 'estimated' } : known;
  }
  if (step.flow) {
    const { expectedTime, expectedCost, steps } = planOf(step.flow, facts);
    const unknown = steps.some(({ basis }) => basis === 'unknown');
    return { ...NOTHING, takes: expectedTime, cost: expectedCost, basis: unknown ? 'unknown' : 'measured' };
  }
  if (step.wait && 'for' in step.wait) return { ...NOTHING, takes: step.wait.for, basis: 'estimated' };
  if (step.check !== undefined) return { ...NOTHING, basis: 'estimated' };
  const known: Estimate = step.estimate === undefined ? NOTHING : { ...NOTHING, takes: step.estimate, basis: 'estimated' };
  return step.decide ? { ...known, waits: 'DECISION' } : known;
};

/** Steps with every one after those it waits for. */
const inOrder = ({ steps }: CompiledFlow): CompiledStep[] => {
  const order: CompiledStep[] = [];
  const open = steps.map(({ dependencies }) => dependencies.length);
  const free = steps.filter(({ dependencies }) => dependencies.length === 0);
  for (let step = free.shift(); step !== undefined; step = free.shift()) {
    order.push(step);
    for (const next of step.dependents) if (--open[next]! === 0) free.push(steps[next]!);
  }
  return order;
};

/** What a flow would do now if it were submitted: who would take each step, the longest way through it, time and cost. Pure. */
export const planOf = (definition: FlowDefinition, facts: PlanFacts): FlowPlan => {
  const flow = compile(definition);
  const planned = new Map<number, PlannedStep & { after?: number }>();
  for (const step of inOrder(flow)) {
    const { id, when } = step.definition;
    const before = step.dependencies.map((index) => [index, endOf(planned.get(index)!)] as const);
    const [after, begins] = before.reduce<readonly [number | undefined, number]>(
      (a, b) => (b[1] > a[1] ? b : a),
      [before[0]?.[0], before[0]?.[1] ?? 0],
    );
    planned.set(step.index, {
      id,
      does: describeWork(step.definition),
      needs: step.dependencies.map((index) => flow.steps[index]!.definition.id),
      ...estimate(step, facts, definition),
      begins,
      many: isMany(step.definition),
      conditional: when !== undefined,
      critical: false,
      ...(after !== undefined && { after }),
    });
  }
  const all = [...planned.values()];
  const last = all.reduce<(typeof all)[number] | undefined>((a, b) => (a && endOf(a) >= endOf(b) ? a : b), undefined);
  const criticalPath: string[] = [];
  for (let step = last; step; step = step.after === undefined ? undefined : planned.get(step.after)) {
    step.critical = true;
    criticalPath.unshift(step.id);
  }
  return {
    name: definition.name,
    version: definition.version,
    steps: all.map(({ after: _after, ...step }) => step),
    criticalPath,
    expectedTime: last ? endOf(last) : 0,
    expectedCost: all.reduce((sum, { cost }) => sum + cost, 0),
  };
};

const endOf = ({ begins, takes }: PlannedStep): number => begins + takes;
