/** Stops brokers for a moment each, as a machine with too much to do would. Where there is no /proc, none is found. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { stall } from './stalls.mjs';

const BROKER = 'nats-server';
const EVERY = 150;

/** Name, state and parent of a process; undefined when it is gone. */
const processOf = (pid) => {
  try {
    // the name stands in brackets and may hold any of them
    const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    const [state, parent] = rest.split(' ');
    return { pid, name, state, parent: Number(parent) };
  } catch {
    return undefined;
  }
};

const processes = () => {
  try {
    const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
    return new Map(pids.flatMap((pid) => processOf(Number(pid)) ?? []).map((one) => [one.pid, one]));
  } catch {
    return new Map();
  }
};

/** Brokers at work that this process or one of those it started has started; one that a test has stopped itself is left alone. */
const brokersBelow = (root) => {
  const all = processes();
  const isBelow = ({ pid, parent }) => parent === root || (pid !== parent && all.has(parent) && isBelow(all.get(parent)));
  return [...all.values()].filter((one) => one.name === BROKER && one.state !== 'T' && isBelow(one)).map(({ pid }) => pid);
};

const signal = (pid, name) => {
  try {
    process.kill(pid, name);
  } catch {
    // it ended meanwhile
  }
};

/** One after another until the signal aborts; none is left standing. */
export const stopBrokers = async (root, { scale, until }) => {
  while (!until.aborted) {
    const brokers = brokersBelow(root);
    const pid = brokers[Math.floor(Math.random() * brokers.length)];
    if (pid !== undefined) {
      signal(pid, 'SIGSTOP');
      await sleep(stall(scale));
      signal(pid, 'SIGCONT');
    }
    await sleep(Math.random() * 2 * EVERY);
  }
};
