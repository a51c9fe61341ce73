import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findBroker, startBroker, type RunningBroker } from '@waggle/broker';
import { WaggleError } from '@waggle/protocol';
import { homeOf, type MeshFolder } from './folder.js';
import { MARGIN } from './storage.js';

/** The broker of a mesh: one that we run, or one of the user's. */
export interface MeshBroker {
  /** May hold credentials: never to be shown or stored as it is. */
  url: string;
  external: boolean;
  pid?: number;
  version: string;
  how: string;
  /** Takes other accounts. `UNSUPPORTED` where the broker is not ours. */
  reload(config: string): Promise<void>;
  stop(): Promise<void>;
}

export interface OwnBrokerOptions {
  root: string;
  folder: MeshFolder;
  config: string;
  port?: number;
  storage: number;
  sync?: 'always';
  events: {
    onProgress: (text: string) => void;
    /** It ended by itself and is started again. */
    onBrokerDown: (why: string) => void;
  };
  signal: AbortSignal;
}

const FIRST_WAIT = 100;
const LONGEST_WAIT = 5_000;

const WORDS: Record<string, string> = {
  path: 'on PATH',
  cache: 'cached',
  go: 'built with Go',
  release: 'fetched from its release',
  docker: 'from its Docker image',
};

/** Starts a broker of our own, and starts it again whenever it ends by itself. */
export const ownBroker = async (options: OwnBrokerOptions): Promise<MeshBroker> => {
  const { root, folder, config, port, storage, sync, events, signal } = options;
  const found = await findBroker({ cacheDir: join(homeOf(root), 'bin'), onProgress: events.onProgress, signal });
  const broker = await startBroker({ binary: found.path, dir: folder.data, config, port, storage: storage + MARGIN, sync }).catch(
    portTaken(port),
  );
  const stopping = new AbortController();
  let reviving: Promise<void> = Promise.resolve();
  broker.onExit((exit) => {
    if (exit.expected || stopping.signal.aborted) return;
    events.onBrokerDown(`the broker ended with ${exit.signal ?? `code ${exit.code ?? 1}`}`);
    reviving = revive(broker, stopping.signal, events.onBrokerDown);
  });
  return {
    url: broker.url,
    external: false,
    get pid() {
      return broker.pid;
    },
    version: found.version,
    how: WORDS[found.how] ?? found.how,
    reload: (next) => broker.reload(next),
    stop: async () => {
      stopping.abort();
      await reviving;
      await broker.stop();
    },
  };
};

/** Says of a port that was asked for and is taken just that: the log of the broker says no more. */
const portTaken =
  (port?: number) =>
  (error: Error): never => {
    if (port === undefined || !error.message.includes('address already in use')) throw error;
    throw new WaggleError('BROKER_FAILED', `port ${port} is taken by another process`, {
      path: '--port',
      remedy: 'Name another port, or none: then a free one is found.',
    });
  };

const revive = async (broker: RunningBroker, signal: AbortSignal, onDown: (why: string) => void): Promise<void> => {
  for (let wait = FIRST_WAIT; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      return await broker.restart();
    } catch (error) {
      onDown((error as Error).message);
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }
};

/** A broker of the user's: nothing to start, nothing to stop. */
export const externalBroker = (url: string): MeshBroker => ({
  url,
  external: true,
  version: '',
  how: 'WAGGLE_BROKER_URL',
  reload: async () => {
    throw new WaggleError(
      'UNSUPPORTED',
      'the broker of WAGGLE_BROKER_URL is yours: give it what `waggle broker-config` prints, and reload it',
    );
  },
  stop: async () => undefined,
});
