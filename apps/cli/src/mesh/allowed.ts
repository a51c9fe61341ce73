import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { brokerConfig, newNkey, type Manifest } from '@waggle/bus';
import { WaggleError } from '@waggle/protocol';
import { writeFileWhole } from './write-file-whole.js';

/** Who was let in beside the services of the house, and which state of that list it is. */
export interface Allowed {
  manifests: Manifest[];
  /** Changes with the content. */
  mark: string;
}

const markOf = (manifests: Manifest[]): string => createHash('sha256').update(JSON.stringify(manifests)).digest('hex').slice(0, 16);

export const readAllowed = async (file: string): Promise<Allowed> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]';
    throw error;
  });
  try {
    const manifests = JSON.parse(text) as Manifest[];
    return { manifests, mark: markOf(manifests) };
  } catch (cause) {
    throw new WaggleError('CONFIG_INVALID', `${file} is not JSON: mend it, or remove it to start with nobody let in`, {
      path: file,
      cause,
    });
  }
};

export const writeAllowed = async (file: string, manifests: Manifest[]): Promise<Allowed> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFileWhole(file, JSON.stringify(manifests, null, 2));
  return { manifests, mark: markOf(manifests) };
};

/** `INVALID_MANIFEST` where these could not sign in together. */
export const checkTogether = (manifests: readonly Manifest[]): void => {
  const { publicKey } = newNkey();
  brokerConfig({ manifests, keys: Object.fromEntries(manifests.map(({ name }) => [name, publicKey])) });
};
