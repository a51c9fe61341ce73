import { WaggleError } from '@waggle/protocol';
import type { Context } from '../context.js';
import { Keys } from '../mesh/keys.js';
import { readState, type MeshState } from '../mesh/state.js';
import { refuseUnfinished } from '../mesh/unfinished-restore.js';
import { clientEnvironment } from './client-environment.js';

/** The mesh that runs in the folder. `BUS_UNREACHABLE` where none does, `RESTORE_UNFINISHED` where none can. */
export const runningMesh = async ({ folder }: Context): Promise<MeshState> => {
  const mesh = await readState(folder);
  if (mesh !== undefined) return mesh;
  await refuseUnfinished(folder);
  throw new WaggleError('BUS_UNREACHABLE', `no mesh runs in ${folder.path}`);
};

/** What a program needs to sign in as `name`. `BAD_USAGE` where the mesh has no key of that name. */
export const environmentOf = async (name: string, mesh: MeshState, { folder }: Context): Promise<Record<string, string>> => {
  const keys = new Keys(folder.keys);
  if (mesh.trusted) return clientEnvironment({ url: mesh.url, name });
  if ((await keys.seed(name)) === undefined) {
    throw new WaggleError('BAD_USAGE', `nobody named ${name} may sign in: \`waggle allow ${name} --client\` (or --agent) lets it in`, {
      path: 'name',
    });
  }
  return clientEnvironment({ url: mesh.url, name, seedFile: keys.seedFile(name) });
};
