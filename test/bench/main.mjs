/**
 * `npm run bench [-- --rounds N] [--quick] [--write] [--peers NAMES --peers-from DIR]`: Waggle beside W2 and the bare
 * recipe, and others that are installed, in rounds that take turns, each round all of them once. Prints a table of medians;
 * `--write` puts it into docs/benchmarks.md. DIR/node_modules has the packages of the others (default: .waggle/peers).
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findBroker } from '@waggle/broker';
import { contestOfFlows, contestOfTasks } from './contest.mjs';
import { countLess, counts } from './jobs.mjs';
import { latency } from './measure.mjs';
import { startAgentAlone, startMesh } from './mesh.mjs';
import { machine, writeIntoPage } from './page.mjs';
import { contestOfPeers, peersNamed, startPeers } from './peers/peers.mjs';
import { endServers } from './peers/servers.mjs';
import { endAll } from './processes.mjs';
import { startReference } from './reference-run.mjs';
import { benchSynced } from './synced.mjs';
import { peersTableOf, tableOf } from './table.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    peers: { type: 'string', default: '' },
    'peers-from': { type: 'string', default: join(root, '.waggle', 'peers') },
  },
});
const wanted = Number(values.rounds);
if (!Number.isInteger(wanted) || wanted < 1) throw new Error('--rounds takes a whole number of at least 1');
const peerNames = peersNamed(values.peers);
if (values.quick) countLess();

const { path: binary } = await findBroker({ cacheDir: join(root, '.waggle', 'bin') });
const running = [];
const kept = async (starting) => {
  const contestant = await starting;
  running.push(contestant);
  return contestant;
};
let ending;
const endEverything = () =>
  (ending ??= (async () => {
    await endAll();
    await Promise.allSettled(running.map((contestant) => contestant.stop()));
    await endServers();
  })());
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    void endEverything()
      .then(() => endAll())
      .finally(() => process.exit(130));
  });

try {
  const reference = await kept(startReference(binary));
  const agent = await kept(startAgentAlone(binary));
  const mesh = await kept(startMesh(binary));
  const peers = await startPeers(peerNames, resolve(values['peers-from']));
  running.push(...peers);
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
    round.peers = await contestOfPeers(peers);
    await agent.tidy();
    rounds.push(round);
    console.error(`round ${n + 1} of ${wanted}`);
  }
  const beside = peers.map(({ name }) => name);
  const parts = [tableOf(rounds)];
  if (beside.length > 0) parts.push(peersTableOf(rounds, beside), peers.map(({ settings }) => `- ${settings}`).join('\n'));
  const text = parts.join('\n\n');
  console.log(text);
  if (values.write)
    writeIntoPage('bench', `${machine(binary)} Medians of ${wanted} rounds; ratios are medians of each round's own.\n\n${text}`);
} finally {
  await endEverything();
}
await benchSynced({ binary, rounds: wanted, write: values.write });
process.exit(0);
