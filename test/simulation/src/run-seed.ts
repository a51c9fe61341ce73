import { LIMITS } from '@waggle/flow';
import { Checker } from './checker.js';
import { LockWorld } from './lock-world.js';
import { Simulation, type SimulationOptions } from './simulation.js';
import { isPlain, wasPlain, wasRefused } from './luck.js';
import type { FlowPlan } from './plan.js';
import type { Violation } from './violation.js';

/** Milliseconds of virtual time in which everything must have ended. */
const UNTIL = 900_000;
/** What trails the last outcome: notices, acknowledgements, redeliveries. */
const TRAIL = 5_000;
const LONGEST_TRAIL = 70_000;

export interface SeedRun {
  seed: number;
  violations: Violation[];
  /** Of the disturbed run. */
  events: number;
  deaths: number;
  flows: number;
  checker: Checker;
}

const { commands: COMMANDS } = LIMITS;

/** Whether there is a world of locks beside that of flows. */
const hasLocks = (seed: number): boolean => seed % 4 === 0;

/** When the last thing that a plan asks for is asked. */
const askedBy = ({ at, pausedAt, cancelAt = 0, strangerAt = 0, takenAt = 0, duplicateAt = 0, notes }: FlowPlan): number =>
  Math.max(at, pausedAt?.to ?? 0, cancelAt, strangerAt, takenAt, duplicateAt, ...notes.map((note) => note.at));

const once = async (seed: number, options: SimulationOptions): Promise<{ simulation: Simulation; checker: Checker }> => {
  const simulation = new Simulation(seed, options);
  const checker = new Checker(simulation);
  // read by every decision: few commands a transition, so that some take several
  (LIMITS as { commands: number }).commands = simulation.plan.commands ?? COMMANDS;
  simulation.start();
  const { world } = simulation;
  const asked = Math.max(...simulation.plan.flows.map(askedBy), ...simulation.plan.events.map(({ at }) => at));
  const least = Math.max(asked, simulation.faults.until) + 1_000;
  const wrong = (): boolean => checker.violations.length > 0;
  await world.run(() => wrong() || (world.elapsed > least && checker.settled), UNTIL);
  const trail = world.elapsed + TRAIL;
  if (!wrong()) await world.run(wrong, trail);
  const quiet = (): boolean => simulation.broker.streams.get('INPUT')!.size === 0;
  if (!wrong()) await world.run(() => wrong() || quiet(), trail + LONGEST_TRAIL);
  checker.finish();
  for (const process of simulation.processes) process.kill();
  return { simulation, checker };
};

/** The seed with its faults, and whether everything that is not a matter of luck ended as it does without. */
export const runSeed = async (seed: number, options: SimulationOptions = {}): Promise<SeedRun> => {
  const { simulation, checker } = await once(seed, options);
  const { plan, world, deaths } = simulation;
  const run: SeedRun = { seed, violations: checker.violations, events: world.events, deaths, flows: checker.records.size, checker };
  const comparable = plan.flows.filter((flow) => isPlain(flow) && !wasRefused(checker, flow) && wasPlain(checker, seed, flow.id));
  if (hasLocks(seed) && options.undisturbed !== true) run.violations.push(...(await new LockWorld(seed).run()));
  if (run.violations.length > 0 || comparable.length === 0) return run;
  const { checker: reference } = await once(seed, { undisturbed: true });
  for (const { id, owner } of comparable.filter((flow) => wasPlain(reference, seed, flow.id))) {
    const [is, was] = [checker, reference].map((one) => one.outcomeOf(owner, id));
    const text = (outcome: typeof is): string => JSON.stringify([outcome?.state, outcome?.state === 'COMPLETED' ? outcome.output : null]);
    const shown = (outcome: typeof is): string => `${outcome?.state} ${JSON.stringify(outcome?.output ?? outcome?.errors)}`;
    if (text(is) !== text(was))
      run.violations.push({
        invariant: 'I9',
        flowId: id,
        at: world.elapsed,
        what: `it ended otherwise than undisturbed: ${shown(is)}; ${shown(was)}`,
      });
  }
  for (const violation of reference.violations) run.violations.push({ ...violation, what: `undisturbed: ${violation.what}` });
  return run;
};
