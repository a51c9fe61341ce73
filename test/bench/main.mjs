/**
 * `npm run bench [-- --rounds N] [--quick] [--write]`: Waggle beside W2 and the bare recipe, in rounds that take turns,
 * each round all of them once. Prints a table of medians; `--write` puts it into docs/benchmarks.md.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findBroker } from '@waggle/broker';
import { contestOfFlows, contestOfTasks } from './contest.mjs';
import { countLess, counts } from './jobs.mjs';
import { latency } from './measure.mjs';
import { startAgentAlone, startMesh } from './mesh.mjs';
import { machine, writeIntoPage } from './page.mjs';
import { endAll } from './processes.mjs';
import { startReference } from './reference-run.mjs';
import { tableOf } from './table.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const wanted = Number(values.rounds);
if (!Number.isInteger(wanted) || wanted < 1) throw new Error('--rounds takes a whole number of at least 1');
if (values.quick) countLess();

const root = fileURLToPath(new URL('../..', import.meta.url));
const { path: binary } = await findBroker({ cacheDir: join(root, '.waggle', 'bin') });
const running = [];
const kept = async (starting) => {
  const contestant = await starting;
  running.push(contestant);
  return contestant;
};

try {
  const reference = await kept(startReference(binary));
  const agent = await kept(startAgentAlone(binary));
  const mesh = await kept(startMesh(binary));
  const rounds = [];
  for (let n = 0; n < wanted; n++) {
    const round = {
      w2: await contestOfTasks(reference.w2.one, reference.w2.pids),
      agent: await contestOfTasks(agent.one, agent.pids),
      recipe: await contestOfFlows(reference.recipe.flow, reference.recipe.pids),
      mesh: await contestOfFlows(mesh.flow, mesh.pids),
    };
    round.mesh.client = await latency(counts.one, () => mesh.viaClient('one'));
    round.recipe.client = round.recipe.one;
    await agent.tidy();
    rounds.push(round);
    console.error(`round ${n + 1} of ${wanted}`);
  }
  const table = tableOf(rounds);
  console.log(table);
  if (values.write)
    writeIntoPage('bench', `${machine(binary)} Medians of ${wanted} rounds; ratios are medians of each round's own.\n\n${table}`);
} finally {
  await endAll();
  await Promise.all(running.map((contestant) => contestant.stop()));
}
process.exit(0);
