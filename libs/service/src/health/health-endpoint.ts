import type { Bus, Manifest, Subscription } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import type { ServiceHealth } from '../definition.js';

export const HEALTH_ENDPOINT = 'health';

/** The same answer as `/ready`, over the broker: for services whose manifest serves `health`. */
export const serveHealth = async (bus: Bus, manifest: Manifest, health: () => ServiceHealth): Promise<Subscription | undefined> => {
  if (manifest.serves?.includes(HEALTH_ENDPOINT) !== true) return undefined;
  return bus.subscribe(subjects.endpoint(manifest.name, HEALTH_ENDPOINT, '*'), (message) => message.respond(JSON.stringify(health())), {
    queue: manifest.name,
  });
};
