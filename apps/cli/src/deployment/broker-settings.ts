import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WaggleError } from '@waggle/protocol';
import { writeFileWhole } from '../mesh/write-file-whole.js';

/** How the brokers of a deployment run. Kept beside its keys, so that a rotation writes the same again. */
export interface BrokerSettings {
  /** What each broker of a cluster is called, and where the others reach it; empty: one broker by itself. */
  brokers: string[];
  /** How often what is stored is made safe from a loss of power: `always` (before each acknowledgement), or a time such as `2m`. */
  sync?: string;
  /** What the brokers of a cluster show each other, and nobody else has. */
  routeSecret?: string;
}

export type GivenSettings = Partial<Pick<BrokerSettings, 'brokers' | 'sync'>>;

const SIZES = [1, 3, 5];
const HOST = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const SYNC = /^(always|[1-9]\d{0,3}[smh])$/;

const refuse = (path: string, message: string): never => {
  throw new WaggleError('BAD_USAGE', `${path} ${message}`, { path });
};

/** `BAD_USAGE` where it is no interval. */
export const checkSync = (sync: string | undefined): void => {
  if (sync !== undefined && !SYNC.test(sync)) refuse('--sync', 'is `always` or a time such as 10s or 2m');
};

const check = ({ brokers, sync }: GivenSettings): void => {
  if (brokers !== undefined) {
    if (!SIZES.includes(brokers.length)) refuse('--brokers', 'names 1, 3 or 5 brokers');
    if (new Set(brokers).size < brokers.length) refuse('--brokers', 'names one twice');
    if (!brokers.every((name) => HOST.test(name))) refuse('--brokers', 'takes host names of small letters, with commas between');
  }
  checkSync(sync);
};

const readSettings = async (file: string): Promise<BrokerSettings> => {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new WaggleError('CONFIG_INVALID', `${file} cannot be read (${cause.code ?? 'unreadable'})`, { path: file, cause });
  });
  if (text === undefined) return { brokers: [] };
  try {
    return JSON.parse(text) as BrokerSettings;
  } catch (cause) {
    throw new WaggleError('CONFIG_INVALID', `${file} is not JSON`, { path: file, cause });
  }
};

/** The settings that were given now or before; the route secret is made with the first cluster. `BAD_USAGE`, `CONFIG_INVALID`. */
export const keepSettings = async (folder: string, given: GivenSettings): Promise<BrokerSettings> => {
  check(given);
  const file = join(folder, 'broker.json');
  const before = await readSettings(file);
  const settings = { ...before, ...(given.sync && { sync: given.sync }), ...(given.brokers && { brokers: given.brokers }) };
  if (settings.brokers.length === 1) settings.brokers = [];
  if (settings.brokers.length > 0) settings.routeSecret ??= randomBytes(32).toString('hex');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFileWhole(file, JSON.stringify(settings));
  return settings;
};
