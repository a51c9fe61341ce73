/** Runs all jobs of one contestant: `flow(shape)` resolves when a flow of that shape has ended. */
import { counts } from './jobs.mjs';
import { latency, throughput } from './measure.mjs';

export const contest = async (flow, pids) => {
  let warm = 0;
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      while (warm++ < counts.warm) await flow('one');
    }),
  );
  const one = await latency(counts.one, () => flow('one'));
  const rate = await throughput(counts.rate, () => flow('one'), { width: 128, pids });
  const steps3 = await latency(counts.steps3, () => flow('steps3'));
  const fan100 = await latency(counts.fan100, () => flow('fan100'));
  const dag = await latency(counts.dag, () => flow('dag'));
  const dags = await throughput(counts.dags, () => flow('dag'), { width: 20, pids, per: 100 });
  return { one, rate, steps3, fan100, dag, dags };
};
