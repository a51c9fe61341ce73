/** Restate: the asker calls a handler through its ingress; the handlers are a process: `node restate.mjs worker FROM ADMIN`. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http2';
import { join } from 'node:path';
import { freePort } from '@waggle/broker';
import { FILL, layersOf } from '../jobs.mjs';
import { startProcess } from '../processes.mjs';
import { packagesOf } from './packages.mjs';
import { startServer } from './servers.mjs';

const SERVICE = { name: 'bench' };

/** Takes calls at a port of its own, and tells the server of itself. */
const work = async (from, admin) => {
  const { createEndpointHandler, RestatePromise, service } = packagesOf(from)('@restatedev/restate-sdk');
  const handlers = {
    one: async () => ({ ok: true }),
    flow: async (ctx, { shape }) => {
      const tasks = ctx.serviceClient(SERVICE);
      for (const layer of layersOf(shape)) await RestatePromise.all(layer.map(() => tasks.one(FILL)));
    },
  };
  const server = createServer(createEndpointHandler({ services: [service({ ...SERVICE, handlers })] }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = await fetch(`${admin}/deployments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ uri: `http://127.0.0.1:${server.address().port}` }),
  });
  if (!answer.ok) throw new Error(`Restate does not take the handlers: ${await answer.text()}`);
};

const configOf = ({ dir, port, ingress, admin }, synced) => `
node-name = "bench"
base-dir = ${JSON.stringify(dir)}
bind-ip = "127.0.0.1"
advertised-host = "127.0.0.1"
bind-port = ${port}
listen-mode = "tcp"
disable-telemetry = true
log-format = "compact"
log-disable-ansi-codes = true
[ingress]
bind-port = ${ingress}
[admin]
bind-port = ${admin}
[log-server]
rocksdb-disable-wal-fsync = ${!synced}
`;

const start = async ({ from, program, synced }) => {
  const configFile = (dir) => join(dir, 'restate.toml');
  const server = await startServer(program, {
    prepare: async (place) => {
      const ports = { ingress: await freePort(), admin: await freePort() };
      await writeFile(configFile(place.dir), configOf({ ...place, ...ports }, synced));
      return ports;
    },
    args: ({ dir }) => ['--no-logo', '--config-file', configFile(dir)],
    ready: /listening server_name=admin-api-server/,
  });
  const worker = await startProcess(import.meta.filename, { args: ['worker', from, `http://127.0.0.1:${server.admin}`] });
  const { connect } = packagesOf(from)('@restatedev/restate-sdk-clients');
  const client = connect({ url: `http://127.0.0.1:${server.ingress}` }).serviceClient(SERVICE);
  return {
    flow: (shape) => (shape === 'one' ? client.one(FILL) : client.flow({ shape, pad: FILL })),
    pids: [process.pid, worker.pid, server.cpu],
    stop: async () => undefined,
  };
};

const SERVER = '@restatedev/restate-server';

const peer = (durable, synced) => ({
  packages: ['@restatedev/restate-sdk', '@restatedev/restate-sdk-clients'],
  program: 'restate-server',
  /** The package's own command is a Node process around it, which cannot be told to end it. */
  programIn: (require) => {
    try {
      return require.resolve(`${SERVER}-${process.platform}-${process.arch}/bin/restate-server`);
    } catch (error) {
      if (error.code === 'MODULE_NOT_FOUND') return undefined;
      throw error;
    }
  },
  get: `npm has it as ${SERVER}, in the same folder`,
  settings: `tasks are calls of a handler in a worker process, as many at once as come; one node as shipped, ${durable}`,
  start: (found) => start({ ...found, synced }),
});

export const peers = {
  restate: peer('its log synced to disk before it goes on', true),
  'restate-unsynced': peer('but without syncing its log: killed, it loses nothing; a machine without power may', false),
};

const [, file, role, from, admin] = process.argv;
if (file === import.meta.filename && role === 'worker') {
  await work(from, admin);
  console.log('READY');
}
