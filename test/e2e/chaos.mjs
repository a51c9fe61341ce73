/**
 * `npm run chaos -- [--rounds N | --minutes M] [--seed S] [--only NAME] [--short] [--json]`: kills processes of a real mesh
 * with -9 at random points and checks what comes of it. A round takes about three minutes; `--minutes` kills services and
 * broker as often as they come back, for so long. Exit code 1 when anything is wrong.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Audit } from './chaos/audit.mjs';
import { LONG, SHORT, SIEGE } from './chaos/drills.mjs';
import { ChaosMesh } from './chaos/mesh.mjs';
import { chance } from './chaos/random.mjs';
import { tableOf } from './chaos/table.mjs';
import { writeSampleRepository } from '../support/sample-repository.ts';

const SIZES = { long: { files: 600, fan: { flows: 50, tasks: 10 } }, short: { files: 300, fan: { flows: 20, tasks: 10 } } };

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1' },
    minutes: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number of at least 1');
const minutes = Number(options.minutes ?? 0);
if (!(minutes >= 0)) throw new Error('--minutes must be a number');
const chosen = ({ name }) => options.only === undefined || name.includes(options.only);
const plan = (options.short ? SHORT : LONG).map((lanes) => lanes.map((lane) => lane.filter(chosen)));
if (plan.flat(2).length === 0)
  throw new Error(
    `nothing is named ${options.only}: ${LONG.flat(2)
      .map(({ name }) => name)
      .join('; ')}`,
  );

/** Kills from which on they are counted, not listed. */
const MANY = 20;
const eachOf = (kills) => kills.map(({ name, back }) => `${name} (back after ${Math.round(back)} ms)`).join(', ');
const countsOf = (kills) =>
  [...new Set(kills.map(({ name }) => name))]
    .map((name) => `${name} ${kills.filter((kill) => kill.name === name).length} times`)
    .join(', ');

const say = (value, text) => console.log(options.json ? JSON.stringify(value) : text);

/** Everything that is stopped at the end, whatever happens. */
const ground = async (work) => {
  const size = options.short ? SIZES.short : SIZES.long;
  const folder = await mkdtemp(path.join(tmpdir(), 'waggle-chaos-'));
  let mesh;
  let failed = true;
  try {
    const [repository, effects] = [path.join(folder, 'repository'), path.join(folder, 'effects')];
    await mkdir(repository);
    await writeSampleRepository(repository, size.files);
    await writeFile(effects, '');
    const agents = [path.join(import.meta.dirname, 'chaos/counter-agent')];
    mesh = await ChaosMesh.start({
      folder: path.join(folder, 'mesh'),
      agents,
      env: { CHAOS_EFFECTS: effects },
      mains: { counter: path.join(agents[0], 'main.mjs') },
    });
    const audit = await Audit.prepare(mesh, repository);
    failed = await work({ mesh, audit, effects, fan: size.fan });
  } finally {
    await mesh?.stop();
    if (failed) console.error(`what the mesh logged lies in ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
  return failed;
};

const failed = await ground(async (stage) => {
  say(
    { seed: options.seed, undisturbed: stage.audit.took },
    `seed ${options.seed}, an undisturbed audit takes ${Math.round(stage.audit.took)} ms`,
  );
  const all = [];
  const perform = async (drill, round) => {
    const result = {
      seed: options.seed,
      drill: drill.name,
      round,
      ...(await drill.run(stage, chance(options.seed, `${drill.name}:${round}`))),
    };
    all.push(result);
    const kills = result.kills.length > MANY ? countsOf(result.kills) : eachOf(result.kills);
    const verdict = result.wrong.length === 0 ? 'ok' : `WRONG: ${result.wrong.join('; ')}`;
    say(result, `${round} ${drill.name}: ${verdict}; ${Math.round(result.took)} ms; killed ${kills}`);
  };
  const until = performance.now() + minutes * 60_000;
  for (let round = 1; performance.now() < until; round++) await perform(SIEGE, round);
  for (let round = 1; minutes === 0 && round <= rounds; round++) {
    for (const lanes of plan) {
      const done = lanes.map(async (lane) => {
        for (const drill of lane) await perform(drill, round);
      });
      // all of them, so that nothing is still at work when a failure stops the mesh
      const failure = (await Promise.allSettled(done)).find(({ status }) => status === 'rejected');
      if (failure) throw failure.reason;
    }
  }
  if (!options.json) console.log(tableOf(all));
  return all.some(({ wrong }) => wrong.length > 0);
});
process.exitCode = failed ? 1 : 0;
