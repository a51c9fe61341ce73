import type { TestBroker } from '@waggle/testkit';
import { mortal } from './mortal-bus.js';
import { startReplica } from './replica.js';

/**
 * Runs a scenario undisturbed, then once for each effect that the coordinator had in it: it dies right after that one, and
 * another takes over. Returns how many there were. The flows' ids are `<name>-0` (undisturbed), `<name>-1`, …
 */
export const everyCrash = async (broker: TestBroker, name: string, scenario: (flowId: string) => Promise<void>): Promise<number> => {
  const counted = mortal(await broker.busFor('coordinator'));
  const whole = await startReplica(counted.bus, { doomed: true });
  counted.dieAfter(Infinity);
  await scenario(`${name}-0`);
  const effects = counted.count;
  await whole.stop();
  for (let effect = 1; effect <= effects; effect++) {
    const victim = mortal(await broker.busFor('coordinator'));
    const replica = await startReplica(victim.bus, { doomed: true });
    victim.dieAfter(effect);
    const done = scenario(`${name}-${effect}`);
    const died = await Promise.race([victim.dead.then(() => true), done.then(() => false)]);
    if (!died) {
      // there were fewer effects this time: what arrives together is decided together; or it dies as it stops
      await Promise.race([replica.stop(), victim.dead]);
      continue;
    }
    const heir = await startReplica(await broker.busFor('coordinator'));
    await done;
    await heir.stop();
  }
  return effects;
};
