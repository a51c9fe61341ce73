/** Runs all jobs of one contestant: `flow(shape)` resolves when a flow of that shape has ended. */
import { counts } from './jobs.mjs';
import { latency, throughput } from './measure.mjs';

const WARM_WIDTH = 32;

/** Tasks that are not measured, many at once. */
export const warmUp = async (one) => {
  let done = 0;
  await Promise.all(
    Array.from({ length: WARM_WIDTH }, async () => {
      while (done++ < counts.warm) await one();
    }),
  );
};

/** Single tasks: alone, and 128 in flight. */
export const contestOfTasks = async (one, pids) => {
  await warmUp(one);
  return { one: await latency(counts.one, one), rate: await throughput(counts.rate, one, { width: 128, pids }) };
};

export const contestOfFlows = async (flow, pids) => ({
  ...(await contestOfTasks(() => flow('one'), pids)),
  steps3: await latency(counts.steps3, () => flow('steps3')),
  fan100: await latency(counts.fan100, () => flow('fan100')),
  dag: await latency(counts.dag, () => flow('dag')),
  dags: await throughput(counts.dags, () => flow('dag'), { width: 20, pids, per: 100 }),
});
