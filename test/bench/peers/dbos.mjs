/**
 * DBOS on PostgreSQL. It is a library, one to a process: workflows and steps run in the process that asks for them, so this one
 * holds the contest by itself: `node dbos.mjs contest FROM URL PID`, the last two of PostgreSQL.
 */
import { once } from 'node:events';
import { contestOfFlows } from '../contest.mjs';
import { counts, FILL, layersOf } from '../jobs.mjs';
import { cpuOfFamily } from '../measure.mjs';
import { startProcess } from '../processes.mjs';
import { packagesOf } from './packages.mjs';
import { startPostgres } from './postgres.mjs';

const CONNECTIONS = 20;

/** Holds one whenever it is told how many of each job. */
const holdContests = async (from, url, postgres) => {
  const { DBOS } = packagesOf(from)('@dbos-inc/dbos-sdk');
  const task = async () => ({ ok: true });
  const layered = async (shape) => {
    for (const layer of layersOf(shape)) await Promise.all(layer.map(({ id }) => DBOS.runStep(task, { name: id })));
  };
  const one = DBOS.registerWorkflow(task, { name: 'one' });
  const steps = DBOS.registerWorkflow(layered, { name: 'steps' });
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: url, systemDatabasePoolSize: CONNECTIONS, logLevel: 'error' });
  await DBOS.launch();
  const flow = (shape) => (shape === 'one' ? one(FILL) : steps(shape, FILL));
  process.on('message', (given) => {
    Object.assign(counts, given);
    void contestOfFlows(flow, [process.pid, () => cpuOfFamily(postgres)]).then(
      (figures) => process.send({ figures }),
      (error) => process.send({ failed: error.message }),
    );
  });
};

const start = async ({ from, program, settings }) => {
  const postgres = await startPostgres(program, settings);
  const asker = await startProcess(import.meta.filename, { args: ['contest', from, postgres.url, String(postgres.pid)], talks: true });
  const ended = once(asker, 'exit').then(() => ({ failed: 'its process ended' }));
  return {
    contest: async () => {
      asker.send(counts);
      const { figures, failed } = await Promise.race([once(asker, 'message').then(([message]) => message), ended]);
      if (failed !== undefined) throw new Error(failed);
      return figures;
    },
    stop: async () => undefined,
  };
};

const peer = (durable, settings) => ({
  packages: ['@dbos-inc/dbos-sdk'],
  program: 'postgres',
  get: 'of the server package of PostgreSQL; Debian has it in /usr/lib/postgresql/*/bin, which is not on PATH',
  settings: `tasks are steps in the asker's own process, and a single one is a workflow without steps; ${CONNECTIONS} connections to PostgreSQL as shipped, ${durable}`,
  start: (found) => start({ ...found, settings }),
});

export const peers = {
  dbos: peer('each commit synced to disk before it is answered', []),
  'dbos-unsynced': peer('but with fsync off: killed, it loses nothing; a machine without power may', ['fsync=off']),
};

const [, file, role, from, url, postgres] = process.argv;
if (file === import.meta.filename && role === 'contest') {
  await holdContests(from, url, Number(postgres));
  console.log('READY');
}
