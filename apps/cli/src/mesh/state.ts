import { readFile, rm } from 'node:fs/promises';
import { isRunning, type ProcessId } from '@waggle/broker';
import type { MeshFolder } from './folder.js';
import { writeFileWhole } from './write-file-whole.js';

/** What runs in a mesh folder, as `up` writes it for other commands. Holds no secret. */
export interface MeshState {
  /** The `up` process. */
  owner: ProcessId;
  /** Credentials removed; with `external` and credentials, WAGGLE_BROKER_URL must be set for other commands too. */
  url: string;
  tenant: string;
  /** One account for all. */
  trusted: boolean;
  /** A broker that `up` did not start. */
  external: boolean;
  mode: 'one process' | 'processes';
  startedAt: string;
  broker: { pid?: number; version: string; how: string };
  services: { name: string; pid?: number }[];
  /** Mark of the list of those let in that the broker has taken. */
  applied: string;
  /** Why the last list could not be taken. */
  applyError?: { mark: string; code: string; message: string };
}

export const writeState = (folder: MeshFolder, state: MeshState): Promise<void> =>
  writeFileWhole(folder.state, JSON.stringify(state, null, 2));

export const removeState = (folder: MeshFolder): Promise<void> => rm(folder.state, { force: true });

/** The mesh that runs in a folder now; what one that died left behind does not count. */
export const readState = async (folder: MeshFolder): Promise<MeshState | undefined> => {
  const text = await readFile(folder.state, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const state = JSON.parse(text) as MeshState;
    return (await isRunning(state.owner)) ? state : undefined;
  } catch {
    return undefined;
  }
};
