/** Many small flows with an effect that is counted. */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { newId } from '@waggle/protocol';
import { BOUND } from './audit.mjs';
import { checkLog, whatItWaitsFor } from './check-log.mjs';

const WORK = 40;
/** Of all flows together. */
const MOST_REFUSED = 1_000;

const DEFINITION = {
  name: 'count',
  version: '1.0.0',
  budget: { time: '5m', tasks: 100 },
  steps: [
    {
      id: 'count',
      skill: 'counter.count',
      forEach: '${{ input.items }}',
      input: { item: '${{ item }}', work: WORK },
      retry: { attempts: 3, backoff: 'fixed', initial: '100ms', max: '1s' },
    },
  ],
};

/** Lines of the effects' file, by idempotency key. */
const effectsIn = async (file) => {
  const counts = new Map();
  for (const key of (await readFile(file, 'utf8')).split('\n').filter(Boolean)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};

/** Runs `flows` of `tasks` tasks with `disturb` meanwhile: each effect at least once, each result once, each flow to its end. */
export const runFan = async ({ mesh, effects, flows, tasks }, disturb) => {
  const { bus, client } = mesh;
  const items = Array.from({ length: tasks }, (_, i) => i);
  const ids = [];
  const run = async () => {
    const flowId = newId();
    ids.push(flowId);
    await client.submit({ definition: DEFINITION, input: { items } }, { flowId });
    return client.outcome(flowId, { timeout: 2 * BOUND }).catch(async (error) => {
      throw new Error(`${error.message} ${await whatItWaitsFor(bus, flowId)}`);
    });
  };
  let refused = 0;
  /** As whoever submits is told to: what is refused because the mesh is behind comes again, under a new id. */
  const runUntilTaken = async () => {
    for (;;) {
      const outcome = await run();
      if (outcome.errors?.[0]?.code !== 'OVERLOADED' || refused === MOST_REFUSED) return outcome;
      refused++;
      await delay(outcome.retryAfter);
    }
  };
  const began = performance.now();
  let took;
  const ending = Promise.all(Array.from({ length: flows }, runUntilTaken)).finally(() => (took = performance.now() - began));
  const [ended, disturbed] = await Promise.allSettled([ending, disturb(() => took === undefined)]);
  if (disturbed.status === 'rejected') throw disturbed.reason;
  if (ended.status === 'rejected') return { took, disturbed: disturbed.value, wrong: [ended.reason.message] };
  const counts = await effectsIn(effects);
  const wrong = [];
  for (const { flowId, state, output, errors } of ended.value) {
    const mistakes = state === 'COMPLETED' ? await checkLog(bus, flowId) : [`${state}: ${JSON.stringify(errors)}`];
    if (state === 'COMPLETED' && !isDeepStrictEqual(output, { count: items.map((item) => ({ item })) })) mistakes.push('another output');
    const keys = [...counts.keys()].filter((key) => key.startsWith(`${flowId}/`));
    if (keys.length !== tasks) mistakes.push(`${keys.length} effects of ${tasks}`);
    wrong.push(...mistakes.map((mistake) => `flow ${flowId}: ${mistake}`));
  }
  const repeated = [...counts].filter(([key, n]) => n > 1 && ids.some((id) => key.startsWith(`${id}/`))).length;
  return { took, disturbed: disturbed.value, refused, repeated, wrong };
};
