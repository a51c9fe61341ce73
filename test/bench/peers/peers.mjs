/**
 * Others that do such work, as contestants: each module of this folder says what it needs, how durable it is set, and how
 * to start it: `start({ from, program })` gives `{ flow(shape), pids, stop() }`, as Waggle and the recipe are driven, or
 * `contest()` in place of the first two where it asks itself. `stop` closes connections: processes and servers are ended by
 * who started them.
 */
import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { contestOfFlows } from '../contest.mjs';
import { peers as bullmq } from './bullmq.mjs';
import { peers as dbos } from './dbos.mjs';
import { packagesOf, versionOf } from './packages.mjs';
import { peers as restate } from './restate.mjs';
import { findProgram } from './servers.mjs';

const CONTEST_LIMIT = 10 * 60_000;
const run = promisify(execFile);
const all = { ...bullmq, ...dbos, ...restate };

/** `a,b` as a list; an error for one that nobody knows. */
export const peersNamed = (list) => {
  const names = [...new Set(list.split(',').filter((name) => name !== ''))];
  const unknown = names.filter((name) => !(name in all));
  if (unknown.length > 0) throw new Error(`--peers takes ${Object.keys(all).join(', ')}, not ${unknown.join(', ')}`);
  return names;
};

const leftOut = (name, why) => console.error(`${name} is left out: ${why}`);

const programVersion = async (path) => `${basename(path)} ${/\d+(\.\d+)+/.exec((await run(path, ['--version'])).stdout)?.[0]}`;

/** What is installed of a peer: `from` and its program, or undefined and a line that says what is missing. */
const find = async (name, from) => {
  const { packages, program, programIn, get } = all[name];
  const absent = packages.filter((each) => versionOf(from, each) === undefined);
  const path = programIn?.(packagesOf(from)) ?? (await findProgram(program));
  if (absent.length === 0 && path !== undefined) return { from, program: path };
  const how = [
    absent.length > 0 && `${absent.join(' and ')} not in ${from}/node_modules (npm install --prefix ${from} ${packages.join(' ')})`,
    path === undefined && `no ${program} by PATH (${get})`,
  ];
  leftOut(name, how.filter(Boolean).join('; '));
};

/** Those of `names` that are installed and start: `[{ name, settings, … }]`. */
export const startPeers = async (names, from) => {
  const running = [];
  for (const name of names) {
    try {
      const found = await find(name, from);
      if (found === undefined) continue;
      const { packages, settings, start } = all[name];
      const versions = [...packages.map((each) => `${each} ${versionOf(from, each)}`), await programVersion(found.program)].join(', ');
      running.push({ name, settings: `**${name}** (${versions}): ${settings}.`, ...(await start(found)) });
    } catch (error) {
      leftOut(name, error.message);
    }
  }
  return running;
};

const inTime = async (work) => {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${CONTEST_LIMIT / 60_000} minutes`)), CONTEST_LIMIT);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
};

/** All jobs once by each: figures by name. One that fails is taken out of `running`, so that the rest goes on. */
export const contestOfPeers = async (running) => {
  const figures = {};
  for (const peer of [...running]) {
    try {
      figures[peer.name] = await inTime(peer.contest?.() ?? contestOfFlows(peer.flow, peer.pids));
    } catch (error) {
      leftOut(peer.name, error.message);
      running.splice(running.indexOf(peer), 1);
    }
  }
  return figures;
};
