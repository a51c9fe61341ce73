import { WaggleError } from '@waggle/protocol';
import type { Context } from '../../context.js';
import { deploymentRoster, writeDeployment } from '../../deployment/deployment-files.js';
import { requireName } from '../../input/require-name.js';
import { discoverServices } from '../../mesh/discover.js';
import { Roster } from '../../mesh/roster.js';
import { applyAllowed } from '../../session/apply-allowed.js';

/** Where the keys lie that are rotated, and how a change of them takes hold. */
export interface Keyring {
  roster: Roster;
  /** Has the broker, and the services where they are ours to move, take the keys as they are now. False: somebody else must. */
  apply: () => Promise<boolean>;
}

export interface RotationOptions {
  /** Of a deployment, as `waggle keys --dir` wrote it; the mesh folder when left out. */
  dir?: string;
  owner?: number;
}

/** `BAD_USAGE` where nobody of that name may sign in. */
export const keyringOf = async (name: string, { dir, owner }: RotationOptions, context: Context): Promise<Keyring> => {
  requireName(name, 'name');
  const { root, folder } = context;
  const roster = dir === undefined ? await Roster.of(await discoverServices(root), folder) : await deploymentRoster(root, dir);
  // an agent of another folder (`up --agent`) has a key here as well
  if (!roster.manifests.some((each) => each.name === name) && (await roster.keys.seed(name)) === undefined)
    throw new WaggleError('BAD_USAGE', `nobody named ${name} may sign in`, {
      path: 'name',
      remedy: 'Check the name: `waggle agents` lists who is there; `waggle allow` lets somebody new in.',
    });
  if (dir === undefined) return { roster, apply: () => applyAllowed(context) };
  return {
    roster,
    apply: async () => {
      await writeDeployment(roster, dir, { owner });
      return false;
    },
  };
};
