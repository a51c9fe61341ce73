import { readFile } from 'node:fs/promises';
import { WaggleError } from '@waggle/protocol';
import { manifest as keeper } from '../keeper.manifest.js';

/** A broker that is no mesh folder's: of NATS_URL, signed in by NATS_NKEY_SEED_FILE as the keeper. Undefined where none is named. */
export const namedBroker = async (env: NodeJS.ProcessEnv): Promise<{ servers: string; seed: string; trusted: false } | undefined> => {
  const { NATS_URL: servers, NATS_NKEY_SEED_FILE: file } = env;
  if (!servers) return undefined;
  if (!file)
    throw new WaggleError('CONFIG_INVALID', `NATS_NKEY_SEED_FILE must name the key of ${keeper.name}`, { path: 'NATS_NKEY_SEED_FILE' });
  const seed = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new WaggleError('CONFIG_INVALID', `${file} cannot be read (${cause.code ?? 'unreadable'})`, {
      path: 'NATS_NKEY_SEED_FILE',
      cause,
    });
  });
  return { servers, seed: seed.trim(), trusted: false };
};
