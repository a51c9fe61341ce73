import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { manifest as cli } from '../cli.manifest.js';
import { discoverServices } from '../mesh/discover.js';
import { meshFolder, type MeshFolder } from '../mesh/folder.js';
import { Roster } from '../mesh/roster.js';
import { manifest as provisioner } from '../provisioner.manifest.js';
import { keepSettings, type GivenSettings } from './broker-settings.js';
import { brokerText } from './broker-text.js';

export interface DeploymentOptions extends GivenSettings {
  /** The user that the services run as; who writes the files, when left out. */
  owner?: number;
}

/** What a deployment keeps for itself, beside what each of its containers is given. */
export const deploymentFolder = (dir: string): MeshFolder => meshFolder(join(dir, '.mesh'));

const writeSeed = async (file: string, seed: string, owner?: number): Promise<void> => {
  await rm(file, { force: true });
  await writeFile(file, seed, { mode: 0o400 });
  if (owner !== undefined) await chown(file, owner, owner);
};

/** Who may sign in to a deployment whose keys lie in a folder. */
export const deploymentRoster = async (root: string, dir: string): Promise<Roster> =>
  Roster.of(await discoverServices(root), deploymentFolder(dir));

/** Writes `DIR/<name>/seed` for everybody and `DIR/broker/nats.conf`. Keys and settings that are there stay. Returns the names. */
export const writeDeployment = async (roster: Roster, dir: string, { owner, ...given }: DeploymentOptions): Promise<string[]> => {
  const settings = await keepSettings(deploymentFolder(dir).path, given);
  const config = await roster.config();
  const names = roster.manifests.map(({ name }) => name);
  const place = async (name: string): Promise<string> => {
    const folder = join(dir, name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (owner !== undefined) await chown(folder, owner, owner);
    return folder;
  };
  for (const name of names) await writeSeed(join(await place(name), 'seed'), (await roster.keys.seed(name))!, owner);
  // Storing the workflows is the command line's right, not the provisioner's.
  await writeSeed(join(dir, provisioner.name, `${cli.name}.seed`), (await roster.keys.seed(cli.name))!, owner);
  await mkdir(join(dir, 'broker'), { recursive: true });
  // with the secret of the routes in it, for the broker's eyes alone
  const file = join(dir, 'broker', 'nats.conf');
  await rm(file, { force: true });
  await writeFile(file, brokerText(config, settings), { mode: settings.routeSecret === undefined ? 0o644 : 0o400 });
  return names;
};
