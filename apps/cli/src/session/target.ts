import { readFile } from 'node:fs/promises';
import type { Manifest } from '@waggle/bus';
import { clientManifest } from '@waggle/bus';
import { WaggleError } from '@waggle/protocol';
import { manifest as cli } from '../cli.manifest.js';
import { requireName } from '../input/require-name.js';
import type { MeshFolder } from '../mesh/folder.js';
import { Keys } from '../mesh/keys.js';
import { DEFAULT_TENANT } from '../mesh/roster.js';
import { readState, type MeshState } from '../mesh/state.js';
import { refuseUnfinished } from '../mesh/unfinished-restore.js';

/** Which broker to speak to, and as whom. */
export interface Target {
  servers: string;
  me: string;
  manifest: Manifest;
  seed?: string | (() => string);
  tenant: string;
  trusted: boolean;
  /** The mesh of this machine's folder, where it is that one. */
  mesh?: MeshState;
}

const truthy = (text: string | undefined): boolean => ['1', 'true', 'yes'].includes(text?.toLowerCase() ?? '');

const readSeed = async (file: string): Promise<string> => {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new WaggleError('CONFIG_INVALID', `NATS_NKEY_SEED_FILE: ${file} cannot be read (${cause.code ?? 'unreadable'})`, {
      path: 'NATS_NKEY_SEED_FILE',
      cause,
    });
  });
  return text.trim();
};

const ofMesh = async (folder: MeshFolder, mesh: MeshState, env: NodeJS.ProcessEnv): Promise<Target> => ({
  servers: (mesh.external && env['WAGGLE_BROKER_URL']) || mesh.url,
  me: cli.name,
  manifest: cli,
  seed: mesh.trusted ? undefined : await new Keys(folder.keys).seed(cli.name),
  tenant: mesh.tenant,
  trusted: mesh.trusted,
  mesh,
});

const ofEnvironment = async (servers: string, env: NodeJS.ProcessEnv): Promise<Target> => {
  const me = env['WAGGLE_CLIENT'] ?? cli.name;
  const tenant = env['WAGGLE_TENANT'] ?? DEFAULT_TENANT;
  requireName(me, 'WAGGLE_CLIENT');
  requireName(tenant, 'WAGGLE_TENANT');
  const seedFile = env['NATS_NKEY_SEED_FILE'];
  return {
    servers,
    me,
    manifest: me === cli.name ? cli : clientManifest(me, tenant),
    seed: seedFile ? await readSeed(seedFile) : undefined,
    tenant,
    trusted: truthy(env['WAGGLE_TRUSTED']),
  };
};

/**
 * The mesh that runs in the folder; another broker when NATS_URL names one (with NATS_NKEY_SEED_FILE, and
 * WAGGLE_CLIENT when not as the command line). Neither: `BUS_UNREACHABLE`, or `RESTORE_UNFINISHED`.
 */
export const findTarget = async (folder: MeshFolder, env: NodeJS.ProcessEnv): Promise<Target> => {
  const mesh = await readState(folder);
  const named = env['NATS_URL'];
  if (mesh && (!named || named === mesh.url)) return ofMesh(folder, mesh, env);
  if (named) return ofEnvironment(named, env);
  await refuseUnfinished(folder);
  throw new WaggleError('BUS_UNREACHABLE', `no mesh runs in ${folder.path}, and NATS_URL is not set`);
};
