import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { agentManifest, clientManifest, type Manifest } from '@waggle/bus';
import { WaggleError } from '@waggle/protocol';
import { parse } from 'yaml';
import { loadManifestModule } from '../mesh/load-module.js';
import { DEFAULT_TENANT } from '../mesh/roster.js';

const read = async (file: string): Promise<Manifest> => {
  const path = resolve(file);
  if (/\.[cm]?js$/.test(path)) return loadManifestModule(path);
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new WaggleError(
      'BAD_USAGE',
      `--manifest ${file}: ${cause.code === 'ENOENT' ? 'there is no such file' : (cause.code ?? 'it cannot be read')}`,
      { path: '--manifest', cause },
    );
  });
  let manifest: unknown;
  try {
    manifest = parse(text, { maxAliasCount: 100 });
  } catch (cause) {
    throw new WaggleError('INVALID_MANIFEST', `${file}: ${(cause as Error).message.split('\n')[0]!}`, { path: file, cause });
  }
  if (typeof manifest !== 'object' || manifest === null)
    throw new WaggleError('INVALID_MANIFEST', `${file}: must hold an object`, { path: file });
  return manifest as Manifest;
};

/**
 * The manifest of one that is to be let in: from a file (JSON, YAML, or a module that exports `manifest`), else what
 * every agent or client needs. Foreign agents get an account of their own unless the file says otherwise.
 */
export const manifestFor = async (name: string, kind: 'agent' | 'client', file?: string): Promise<Manifest> => {
  if (file === undefined) return kind === 'agent' ? agentManifest(name, { alone: true }) : clientManifest(name, DEFAULT_TENANT);
  const manifest = await read(file);
  const wrong = (path: string, message: string): WaggleError =>
    new WaggleError('INVALID_MANIFEST', `${file}: ${path} ${message}`, { path });
  if (manifest.name !== name) throw wrong('name', `is "${manifest.name}", and ${name} is to be let in`);
  if (manifest.kind !== kind) throw wrong('kind', `is "${manifest.kind}", and --${kind} was said`);
  return kind === 'agent' ? { alone: true, ...manifest } : { tenant: DEFAULT_TENANT, ...manifest };
};
