import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/nats-core';
import { bucketStream, subjects, WaggleError } from '@waggle/protocol';
import { jetStreamRequest } from '../topology/jetstream-api.js';
import { asCore, type CoreConnection } from '../topology/provisioner-connection.js';
import { FORMAT, writeManifest, type BackupManifest } from './backup-files.js';
import { refuseUnfinished } from '../topology/restore-mark.js';
import { lastSequence, streamNames, untilStill, whileHeld } from './hold.js';
import { snapshotStream, type StreamImage } from './snapshot.js';

/** Who makes and restores backups: may read and write everything, and is used for nothing else. */
export const KEEPER = 'keeper';

const PATIENCE = 30_000;
/** A flow may be decided on by a timer within the coordinator: then all is taken again. */
const ROUNDS = 5;

/** Made anew: INPUT by the broker out of its sources, the others by who is there. */
const DERIVED: readonly string[] = ['INPUT', 'BEAT', bucketStream('DIRECTORY')];
/** Nobody holds a lock after a restore; its numbers go on, for no token may come twice. */
const FENCED: readonly string[] = ['KV_LOCKS'];

/**
 * The order that keeps causes before effects. What the coordinator writes: dispatches, then its log; the log says
 * what of them is still awaited. What it reads comes after it, so that the log names no input that is missing; values
 * last, so that none that is referred to is missing.
 */
const ORDER: readonly string[] = ['TASK', 'FLOW', 'WAIT', 'PROGRESS', 'DLQ', 'RESULT', 'ESCALATION', 'TIMER', 'EVENT', 'SUBMIT'];
const LAST: readonly string[] = ['AUDIT', 'BLOB'];
/** Written by the coordinator alone: must not have changed while the backup was made. */
const STILL: readonly string[] = ['FLOW', 'TASK'];

export interface BackupOptions extends CoreConnection {
  /** Where to: must be empty, or not there. */
  dir: string;
  /** Told of each stream. */
  onStream?: (name: string, messages: number) => void;
}

const inOrder = (names: readonly string[]): string[] => {
  const known = [...ORDER, ...LAST];
  const others = names.filter((name) => !known.includes(name)).sort();
  return [...ORDER, ...others, ...LAST].filter((name) => names.includes(name) && !DERIVED.includes(name) && !FENCED.includes(name));
};

const requireEmpty = async (dir: string): Promise<void> => {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if ((await readdir(dir)).length > 0)
    throw new WaggleError('BAD_USAGE', `${dir} is not empty: a backup is never written over`, {
      path: dir,
      remedy: 'Name a folder that is empty or not there yet.',
    });
};

const take = async (
  connection: NatsConnection,
  { dir, onStream }: BackupOptions,
  names: readonly string[],
): Promise<BackupManifest['streams']> => {
  const taken: BackupManifest['streams'] = [];
  for (const name of inOrder(names)) {
    const file = `${name}.snapshot`;
    const snapshot = await snapshotStream({ connection, inboxPrefix: subjects.inbox(KEEPER) }, name, join(dir, file));
    onStream?.(name, snapshot.state.messages);
    taken.push({ ...snapshot, file });
  }
  return taken;
};

const imageOf = async (connection: NatsConnection, stream: string): Promise<StreamImage> => {
  const { config, state } = await jetStreamRequest<StreamImage>(connection, `STREAM.INFO.${stream}`);
  return { config, state };
};

/**
 * Writes the state of a running mesh to a folder, at one point of the log: for the time that it takes nothing new is
 * decided or handed out; what is at work goes on. Whatever ends while it is written is done again after a restore, or
 * known to be done. Throws `BAD_USAGE`, `BUS_*`, `NATS_RIGHTS_MISSING`, `RESTORE_UNFINISHED`.
 */
export const backup = async (options: BackupOptions): Promise<BackupManifest> => {
  const { dir } = options;
  await requireEmpty(dir);
  return asCore(KEEPER, options, async (connection) => {
    await refuseUnfinished(connection);
    return whileHeld(connection, async () => {
      const names = await streamNames(connection);
      if (!STILL.every((name) => names.includes(name))) throw new WaggleError('NOT_PROVISIONED', 'the broker has no streams of a mesh');
      for (let round = 1; ; round++) {
        await untilStill(connection, STILL, PATIENCE);
        const before = await Promise.all(STILL.map((name) => lastSequence(connection, name)));
        const streams = await take(connection, { ...options, dir: await roundFolder(dir, round) }, names);
        const after = await Promise.all(STILL.map((name) => lastSequence(connection, name)));
        if (String(before) !== String(after)) {
          if (round === ROUNDS) throw new WaggleError('BUS_TIMEOUT', 'the flows did not come to rest: try again');
          continue;
        }
        const fenced = await Promise.all(names.filter((name) => FENCED.includes(name)).map((name) => imageOf(connection, name)));
        const manifest: BackupManifest = {
          format: FORMAT,
          createdAt: new Date().toISOString(),
          server: connection.info?.version ?? '',
          streams: streams.map((each) => ({ ...each, file: join(folderName(round), each.file) })),
          fenced,
        };
        await writeManifest(dir, manifest);
        return manifest;
      }
    });
  });
};

const folderName = (round: number): string => `streams-${round}`;

const roundFolder = async (dir: string, round: number): Promise<string> => {
  const folder = join(dir, folderName(round));
  await mkdir(folder, { mode: 0o700 });
  return folder;
};
