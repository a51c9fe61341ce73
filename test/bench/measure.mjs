/** What the benchmarks share: rates, percentiles and the CPU time of processes. */
import { readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** User, system, and the same of children it has waited for: seconds so far. */
const timesOf = (pid) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).map((ticks) => Number(ticks) / TICKS_PER_SECOND);
};

/** User and system seconds a process has used so far. */
const cpuOf = (pid) => {
  const [user, system] = timesOf(pid);
  return user + system;
};

/** The same of a process that forks, its children included, those that are gone too. */
export const cpuOfFamily = (pid) => {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return [pid, ...children].reduce((sum, each) => {
    try {
      return sum + timesOf(each).reduce((a, b) => a + b, 0);
    } catch (error) {
      // it ended meanwhile
      if (each !== pid && ['ENOENT', 'ESRCH'].includes(error.code)) return sum;
      throw error;
    }
  }, 0);
};

/** Of process ids, and of functions that give seconds. */
export const cpuSeconds = (pids) => pids.reduce((sum, pid) => sum + (typeof pid === 'function' ? pid() : cpuOf(pid)), 0);

export const residentMb = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

const percentile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

export const median = (values) =>
  percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

/** One after the other: how long each takes, in milliseconds. */
export const latency = async (count, job) => {
  const times = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    await job();
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
};

/** `width` at once: jobs a second, and microseconds of CPU for each over the processes given; `per` tasks in a job. */
export const throughput = async (count, job, { width, pids, per = 1 }) => {
  let next = 0;
  const cpu = cpuSeconds(pids);
  const began = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next++ < count) await job();
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  return { rate: (count * per) / seconds, cpuUs: ((cpuSeconds(pids) - cpu) / (count * per)) * 1e6 };
};
