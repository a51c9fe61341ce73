import { isHard } from './behaviour.js';
import { fill } from './full.js';
import { isHandedBack } from './handing-back.js';
import { isForgetful, planPowerLosses } from './power.js';
import { Random } from './random.js';
import { FAIR, type SimProcess, type Weather } from './sim-process.js';
import type { Simulation } from './simulation.js';

/** Faults of a seed: how hard, and until when. */
export interface Faults {
  until: number;
  weather: Weather;
  /** Part of all messages at which a replica, or an agent, is killed. */
  deaths: { replica: number; agent: number };
}

export const NO_FAULTS: Faults = { until: 0, weather: FAIR, deaths: { replica: 0, agent: 0 } };

/** Faults that cut or stall last so long at most: shorter than any attempt may take. */
export const LONGEST_FAULT = 4_000;
const MAY_BE_FULL = ['TASK', 'TASK', 'FLOW', 'RESULT', 'SUBMIT', 'INPUT', 'ESCALATION', 'DLQ'] as const;

export const faultsOf = (seed: number): Faults => {
  const random = new Random(`faults ${seed}`);
  const handedBack = isHandedBack(seed);
  const part = (chance: number, most: number): number => (random.chance(chance) ? random.between(0, most) : 0);
  return {
    until: random.between(2_000, 9_000),
    // where agents die at work, it is told what else may have had their tasks run by two
    weather: handedBack
      ? FAIR
      : {
          lostAsks: part(0.4, 0.05),
          lostAnswers: part(0.5, 0.1),
          lostSays: part(0.5, 0.2),
          lostDeliveries: part(0.4, 0.1),
          // a broker that may forget is alone
          staleReads: isForgetful(seed) ? 0 : part(0.5, 0.4),
          staleness: random.between(1, 1_000),
        },
    deaths: { replica: part(0.7, 0.02), agent: handedBack ? random.between(0, 0.03) : part(0.3, 0.02) },
  };
};

/** Processes that are stalled or cut off, and streams without room, each for a while. */
export const planFaults = (simulation: Simulation): void => {
  const { random } = simulation.world;
  // what is said of a failure must wait, while its flow goes on
  if (isHard(simulation.plan.seed)) simulation.at(random.between(0, 1_000), () => fill(simulation, 'DLQ', 2 * LONGEST_FAULT));
  for (const from of simulation.handingBack ? [500, 2_500] : [])
    simulation.at(from + random.between(0, 2_000), () => simulation.petrify(random.between(3_200, LONGEST_FAULT)));
  if (isForgetful(simulation.plan.seed)) planPowerLosses(simulation);
  const count = random.whole(0, 5);
  for (let n = 0; n < count; n++) {
    const kind = random.of(['stall', 'cut', 'full'] as const);
    const millis = random.between(kind === 'full' ? 2_000 : 50, LONGEST_FAULT);
    simulation.at(random.between(0, simulation.faults.until), () => {
      if (kind === 'full') return fill(simulation, random.of(MAY_BE_FULL), millis);
      const process: SimProcess = random.of([...simulation.processes]);
      simulation.say(`${process.name}: ${kind} for ${Math.round(millis)} ms`);
      process[kind](millis);
    });
  }
};
