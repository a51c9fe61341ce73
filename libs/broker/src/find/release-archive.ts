import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { fileInTar } from './tar.js';
import { BUILT_VERSION } from './version.js';
import { cannot, made, type Way, type WayResult } from './way.js';

export const RELEASES = 'https://github.com/nats-io/nats-server/releases/download';
const LARGEST = 100 * 1024 * 1024;
const TIMEOUT = 3 * 60_000;

const SYSTEMS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin', freebsd: 'freebsd' };
const PROCESSORS: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  ia32: '386',
  arm: 'arm7',
  s390x: 's390x',
  ppc64: 'ppc64le',
};

/** The archive's name on this machine, or undefined where there is none. */
export const archiveName = (platform = process.platform, arch = process.arch): string | undefined => {
  const system = SYSTEMS[platform];
  const processor = PROCESSORS[arch];
  return system && processor ? `nats-server-v${BUILT_VERSION}-${system}-${processor}.tar.gz` : undefined;
};

const reason = (error: unknown): string => {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
};

const download = async (url: string, signal: AbortSignal): Promise<Buffer> => {
  const response = await fetch(url, { signal, redirect: 'follow' });
  if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > LARGEST) throw new Error(`${url} is larger than ${LARGEST} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
};

/** Fetches the release's archive; its SHA-256 must be the one that the release's SHA256SUMS names. */
export const fetchRelease = async ({ target, onProgress, signal }: Way, releases = RELEASES): Promise<WayResult> => {
  const name = archiveName();
  if (name === undefined) return cannot(`there is no release archive for ${process.platform} on ${process.arch}`);
  const late = AbortSignal.timeout(TIMEOUT);
  const given = signal === undefined ? late : AbortSignal.any([late, signal]);
  const folder = `${releases}/v${BUILT_VERSION}`;
  onProgress(`fetching ${name}`);
  try {
    const sums = (await download(`${folder}/SHA256SUMS`, given)).toString('utf8');
    const wanted = sums
      .split('\n')
      .map((line) => line.trim().split(/\s+\*?/))
      .find(([, file]) => file === name)?.[0];
    if (wanted === undefined || !/^[0-9a-f]{64}$/i.test(wanted)) return cannot(`SHA256SUMS of the release does not name ${name}`);
    const archive = await download(`${folder}/${name}`, given);
    const got = createHash('sha256').update(archive).digest('hex');
    if (got !== wanted.toLowerCase()) return cannot(`${name} is not what its checksum says: ${got} for ${wanted}`);
    const binary = fileInTar(gunzipSync(archive, { maxOutputLength: 4 * LARGEST }), 'nats-server');
    if (binary === undefined) return cannot(`${name} holds no nats-server`);
    await writeFile(target, binary, { mode: 0o755 });
    return made;
  } catch (error) {
    return cannot(`the release archive could not be fetched: ${reason(error)}`);
  }
};
