import { fill } from './full.js';
import { hashOf, Random } from './random.js';
import type { Simulation } from './simulation.js';

const MOST_LOSSES = 3;
/** Milliseconds that the broker is away, and by which what it had written of INPUT is old. */
const AWAY = [20, 3_000] as const;
const UNWRITTEN = 5_000;

/** Whether the broker of this world syncs each write but those of INPUT, and loses its power now and then. */
export const isForgetful = (seed: number): boolean => hashOf(`forgetful ${seed}`) % 4 === 0;

/** All connections break at once, and INPUT is as it was a while ago. */
export const planPowerLosses = (simulation: Simulation): void => {
  const { plan, world, broker, history, faults } = simulation;
  const random = new Random(`power ${plan.seed}`);
  const losePower = (): void => {
    if (simulation.faultless) return;
    const since = world.now() - random.between(0, UNWRITTEN);
    const upTo = Math.min(history.sequenceAt('INPUT', since), broker.streams.get('INPUT')!.lastSequence);
    const copiesAgain = random.chance(0.3);
    const away = random.between(...AWAY);
    simulation.say(
      `the broker loses power: INPUT ends at ${upTo}${copiesAgain ? ', and is copied again' : ''}; away for ${Math.round(away)} ms`,
    );
    broker.losePower({ upTo, copiesAgain });
    for (const process of simulation.processes) process.breakOff(away);
    // what is at work on an input then has to hand it back
    if (random.chance(0.2)) fill(simulation, 'FLOW', away + random.between(2_000, 4_000));
    // again, while what was forgotten is being read
    if (random.chance(0.3)) world.after(away + random.between(0, 20), losePower);
  };
  const count = random.whole(1, MOST_LOSSES);
  // most where there is something to forget: an input that has just come
  const soon = (): void => history.onNext('INPUT', () => world.after(random.latency(), losePower));
  for (let n = 0; n < count; n++) simulation.at(random.between(0, faults.until), random.chance(0.8) ? soon : losePower);
};
