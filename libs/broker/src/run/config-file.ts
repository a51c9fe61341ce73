import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ServerSettings {
  dir: string;
  port: number;
  /** The accounts, and whatever else is the caller's to say. */
  config: string;
  /** Bytes that the store may hold; the server's own choice when left out. */
  storage?: number;
  /** Every write is synced to disk before it is acknowledged; default: every two minutes. */
  sync?: 'always';
}

export const configFile = (dir: string): string => join(dir, 'broker.conf');

const text = ({ dir, port, config, storage, sync }: ServerSettings): string => {
  const more = `${storage === undefined ? '' : `, max_file_store: ${storage}`}${sync === undefined ? '' : `, sync_interval: ${sync}`}`;
  return [
    '# Written by Waggle at each start; do not edit.',
    `listen: "127.0.0.1:${port}"`,
    'server_name: "waggle"',
    `jetstream { store_dir: ${JSON.stringify(join(dir, 'jetstream'))}${more} }`,
    config,
    '',
  ].join('\n');
};

/** Writes the server's configuration, readable by its owner alone, in one step: a reader sees the old one or the new one. */
export const writeConfig = async (settings: ServerSettings): Promise<string> => {
  const file = configFile(settings.dir);
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text(settings), { mode: 0o600 });
  await rename(draft, file);
  return file;
};
