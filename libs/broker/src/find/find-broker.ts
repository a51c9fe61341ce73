import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { WaggleError } from '@waggle/protocol';
import { withLockFile } from '../lock-file.js';
import { buildWithGo } from './build-with-go.js';
import { takeFromDocker } from './from-docker.js';
import { onPath } from './on-path.js';
import { fetchRelease, RELEASES } from './release-archive.js';
import { BUILT_VERSION, inspect, LEAST_VERSION } from './version.js';
import type { Way, WayResult } from './way.js';

export type BrokerHow = 'path' | 'cache' | 'go' | 'release' | 'docker';

export interface FoundBroker {
  /** Absolute path of the binary. */
  path: string;
  version: string;
  how: BrokerHow;
}

export interface FindBrokerOptions {
  /** Where a binary is kept once it was come by; also holds what building leaves for a moment. */
  cacheDir: string;
  /** Told of what takes long. */
  onProgress?: (text: string) => void;
  /** Where releases are fetched from; a mirror has the same folders. */
  releases?: string;
  /** Gives up: `CANCELED`. */
  signal?: AbortSignal;
}

const WAIT_FOR_ANOTHER = 15 * 60_000;

/**
 * Finds a nats-server of 2.14 or newer: on PATH, cached, built with Go, fetched as a release, taken from Docker.
 * Calls of several processes at once are safe: one builds, the others wait for it.
 * Nothing possible: `BROKER_NOT_FOUND`, saying all that was tried.
 */
export const findBroker = async (options: FindBrokerOptions): Promise<FoundBroker> => {
  const cacheDir = resolve(options.cacheDir);
  const cached = join(cacheDir, 'nats-server');
  const { onProgress = () => undefined, signal } = options;
  const tried: string[] = [];

  const lookAround = async (): Promise<FoundBroker | undefined> => {
    tried.length = 0;
    const places: [string, BrokerHow][] = [
      ...(await onPath('nats-server')).map((path): [string, BrokerHow] => [path, 'path']),
      [cached, 'cache'],
    ];
    if (places.length === 1) tried.push('PATH: no nats-server there');
    for (const [path, how] of places) {
      const found = await inspect(path);
      if (found.ok) return { path, version: found.version, how };
      tried.push(`${how === 'path' ? path : `cache ${path}`}: ${found.why}`);
    }
    return undefined;
  };

  const ways: [BrokerHow, string, (way: Way) => Promise<WayResult>][] = [
    ['go', 'Go', buildWithGo],
    ['release', 'release archive', (way) => fetchRelease(way, options.releases ?? RELEASES)],
    ['docker', 'Docker', takeFromDocker],
  ];

  const install = async (): Promise<FoundBroker> => {
    const there = await lookAround();
    if (there) return there;
    const scratch = join(cacheDir, `.making-${process.pid}`);
    const target = join(cacheDir, `.nats-server-${process.pid}`);
    try {
      for (const [how, name, go] of ways) {
        const result = await go({ target, scratch, onProgress, signal });
        if (signal?.aborted) throw new WaggleError('CANCELED', 'looking for a broker was called off');
        if (!result.made) {
          tried.push(`${name}: ${result.why}`);
          continue;
        }
        await chmod(target, 0o755);
        const found = await inspect(target);
        if (found.ok) {
          await rename(target, cached);
          return { path: cached, version: found.version, how };
        }
        tried.push(`${name}: ${found.why}`);
      }
    } finally {
      await Promise.all([rm(scratch, { recursive: true, force: true }), rm(target, { force: true })]);
    }
    throw new WaggleError('BROKER_NOT_FOUND', notFound(tried));
  };

  const there = await lookAround();
  if (there) return there;
  await mkdir(cacheDir, { recursive: true });
  const onWait = (pid: number): void => onProgress(`waiting for process ${pid}, which is getting nats-server`);
  return withLockFile(join(cacheDir, '.lock'), { wait: WAIT_FOR_ANOTHER, onWait, code: 'BROKER_NOT_FOUND' }, install);
};

const notFound = (tried: string[]): string =>
  [
    `no nats-server ${LEAST_VERSION} or newer was found, and none could be got. Tried:`,
    ...tried.map((line) => `  - ${line.replaceAll('\n', '\n    ')}`),
    'Do one of these: put nats-server on the PATH; install Go 1.24 or newer, with a way to its module proxy;',
    `allow downloads of github.com/nats-io/nats-server v${BUILT_VERSION}; start Docker; or set WAGGLE_BROKER_URL to a broker of yours.`,
  ].join('\n');
