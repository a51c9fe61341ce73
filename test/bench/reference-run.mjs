/** The references as contestants: a broker of their own, their workers as processes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBroker } from '@waggle/broker';
import { startProcess } from './processes.mjs';
import { prepareReference, recipeClient, referenceConfig, w2Client } from './reference.mjs';

const file = fileURLToPath(new URL('reference.mjs', import.meta.url));

/** `syncAlways`: every write fsynced. */
export const startReference = async (binary, { syncAlways = false } = {}) => {
  const dir = await mkdtemp(join(tmpdir(), 'waggle-bench-'));
  const broker = await startBroker({ binary, dir, config: referenceConfig, ...(syncAlways && { sync: 'always' }) });
  await prepareReference(broker.url);
  const [w2Worker, coordinator, worker] = await Promise.all(
    ['w2Worker', 'coordinator', 'worker'].map((role) => startProcess(file, { args: [role, broker.url] })),
  );
  const [w2, recipe] = await Promise.all([w2Client(broker.url), recipeClient(broker.url)]);
  return {
    w2: { one: w2.one, pids: [process.pid, broker.pid, w2Worker.pid] },
    recipe: { flow: recipe.flow, pids: [process.pid, broker.pid, coordinator.pid, worker.pid] },
    stop: async () => {
      await Promise.all([w2.close(), recipe.close()]);
      await broker.kill();
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};
