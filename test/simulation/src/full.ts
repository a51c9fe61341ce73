import type { Simulation } from './simulation.js';

/** Bytes of a stream that has no room. */
const FULL = 1;

/** A stream without room for a while: 10077 for all that comes. */
export const fill = (simulation: Simulation, name: string, millis: number): void => {
  const { elapsed } = simulation.world;
  const stream = simulation.broker.streams.get(name)!;
  if (stream.settings.max_bytes === FULL) return;
  const { max_bytes } = stream.settings;
  simulation.say(`${stream.name} is full for ${Math.round(millis)} ms`);
  stream.settings.max_bytes = FULL;
  simulation.at(elapsed + millis, () => {
    stream.settings.max_bytes = max_bytes;
  });
};
