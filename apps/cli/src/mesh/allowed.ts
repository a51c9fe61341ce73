import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { brokerConfig, newNkey, type Manifest } from '@waggle/bus';
import { WaggleError } from '@waggle/protocol';
import { writeFileWhole } from './write-file-whole.js';

/** Who was let in beside the services of the house. `CONFIG_INVALID` */
export const readAllowed = async (file: string): Promise<Manifest[]> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  try {
    return JSON.parse(text) as Manifest[];
  } catch (cause) {
    throw new WaggleError('CONFIG_INVALID', `${file} is not JSON: mend it, or remove it to start with nobody let in`, {
      path: file,
      cause,
    });
  }
};

export const writeAllowed = async (file: string, manifests: Manifest[]): Promise<void> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFileWhole(file, JSON.stringify(manifests, null, 2));
};

/** `INVALID_MANIFEST` where these could not sign in together. */
export const checkTogether = (manifests: readonly Manifest[]): void => {
  const { publicKey } = newNkey();
  brokerConfig({ manifests, keys: Object.fromEntries(manifests.map(({ name }) => [name, publicKey])) });
};
