import { access, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isToken, WaggleError } from '@waggle/protocol';

/** A service that was found: its package.json says so by a `waggle` field. */
export interface FoundService {
  name: string;
  folder: string;
  /** Exports `service`. */
  entry: string;
  /** Runs it as a process of its own. */
  main: string;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const foldersIn = async (path: string): Promise<string[]> => {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name))
    .sort();
};

/** The service of a folder, or undefined where its package.json names none. */
const serviceIn = async (folder: string): Promise<FoundService | undefined> => {
  const file = join(folder, 'package.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  let waggle: { service?: unknown; entry?: unknown; main?: unknown } | undefined;
  try {
    ({ waggle } = JSON.parse(text) as { waggle?: typeof waggle });
  } catch (cause) {
    throw new WaggleError('CONFIG_INVALID', `${file} is not JSON`, { path: file, cause });
  }
  if (waggle === undefined) return undefined;
  const { service, entry, main } = waggle;
  if (!isToken(service) || typeof entry !== 'string' || typeof main !== 'string') {
    throw new WaggleError('CONFIG_INVALID', `${file}: \`waggle\` must name service, entry and main`, { path: file });
  }
  return { name: service, folder, entry: resolve(folder, entry), main: resolve(folder, main) };
};

const requireBuilt = async (service: FoundService): Promise<void> => {
  for (const file of [service.entry, service.main]) {
    if (!(await exists(file)))
      throw new WaggleError('CONFIG_INVALID', `${service.name} is not built (${file} is not there): run \`npm run build\``, { path: file });
  }
};

/**
 * The services of the house (`apps/*`, `apps/agents/*`) and those of the folders named. `CONFIG_INVALID` where one
 * is not built, or two have one name.
 */
export const discoverServices = async (root: string, more: readonly string[] = []): Promise<FoundService[]> => {
  const own = [...(await foldersIn(join(root, 'apps'))), ...(await foldersIn(join(root, 'apps', 'agents')))];
  const found = (await Promise.all(own.map(serviceIn))).filter((service) => service !== undefined);
  for (const path of more) {
    const folder = resolve(path);
    const service = await serviceIn(folder);
    if (service === undefined) throw new WaggleError('PATH_INVALID', `${path} holds no package.json with a \`waggle\` field`, { path });
    if (!found.some((known) => known.folder === service.folder)) found.push(service);
  }
  const names = new Map<string, FoundService>();
  for (const service of found) {
    const twin = names.get(service.name);
    if (twin) throw new WaggleError('CONFIG_INVALID', `two services are named ${service.name}: ${twin.folder} and ${service.folder}`);
    names.set(service.name, service);
  }
  await Promise.all(found.map(requireBuilt));
  return found;
};
