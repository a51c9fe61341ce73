/** DBOS on PostgreSQL. It is a library: workflows and steps run in the process that asks for them, which is the bench's own. */
import { FILL, layersOf } from '../jobs.mjs';
import { packagesOf } from './packages.mjs';
import { startPostgres } from './postgres.mjs';

const CONNECTIONS = 20;

const start = async ({ from, program, settings }) => {
  const postgres = await startPostgres(program, settings);
  const { DBOS } = packagesOf(from)('@dbos-inc/dbos-sdk');
  const task = async () => ({ ok: true });
  const layered = async (shape) => {
    for (const layer of layersOf(shape)) await Promise.all(layer.map(({ id }) => DBOS.runStep(task, { name: id })));
  };
  const one = DBOS.registerWorkflow(task, { name: 'one' });
  const steps = DBOS.registerWorkflow(layered, { name: 'steps' });
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: postgres.url,
    systemDatabasePoolSize: CONNECTIONS,
    logLevel: 'error',
  });
  await DBOS.launch();
  return {
    flow: (shape) => (shape === 'one' ? one(FILL) : steps(shape, FILL)),
    pids: [process.pid, postgres.cpu],
    stop: () => DBOS.shutdown(),
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
