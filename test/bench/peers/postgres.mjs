/** PostgreSQL for a peer. Only `postgres` is looked for: `initdb` lies beside it. */
import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startServer } from './servers.mjs';

const run = promisify(execFile);

/** It will not run as root. */
const somebody = async () => {
  if (process.getuid() !== 0) return {};
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'nobody'])).stdout)));
  return { uid, gid };
};

/** As `startServer` gives it, and `url` of a database that is not there yet. `settings`: over those it is shipped with. */
export const startPostgres = async (program, settings = []) => {
  const as = await somebody();
  const data = (dir) => join(dir, 'data');
  const initdb = join(dirname(await realpath(program)), 'initdb');
  const server = await startServer(program, {
    as,
    prepare: async ({ dir }) => {
      await run(initdb, ['-D', data(dir), '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], { ...as, cwd: dir });
    },
    args: ({ dir, port }) => [
      ...['-D', data(dir), '-p', String(port)],
      ...['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${dir}`],
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    ready: /ready to accept connections/,
    signal: 'SIGQUIT',
  });
  return { ...server, url: `postgresql://bench@127.0.0.1:${server.port}/bench` };
};
