import { execute } from '../execute.js';
import { onPath } from './on-path.js';
import { BUILT_VERSION } from './version.js';
import { cannot, made, type Way, type WayResult } from './way.js';

const IMAGE = `nats:${BUILT_VERSION}`;

/** Takes the binary out of the official image: it is static, so it runs on any Linux without Docker. */
export const takeFromDocker = async ({ target, onProgress, signal }: Way): Promise<WayResult> => {
  if (process.platform !== 'linux') return cannot('the image holds a binary for Linux only');
  if ((await onPath('docker')).length === 0) return cannot('Docker is not installed');
  const engine = await execute('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 10_000 });
  if (engine.code !== 0) return cannot(`no Docker engine answers: ${engine.said}`);
  onProgress(`taking nats-server out of the image ${IMAGE}`);
  const created = await execute('docker', ['create', IMAGE], { timeout: 5 * 60_000, signal });
  if (created.code !== 0) return cannot(`Docker cannot get ${IMAGE}: ${created.said}`);
  const container = created.stdout.trim().split('\n').at(-1)!;
  try {
    // Where the image keeps it depends on its variant.
    for (const path of ['/nats-server', '/usr/local/bin/nats-server']) {
      const copied = await execute('docker', ['cp', '-L', `${container}:${path}`, target], { timeout: 60_000 });
      if (copied.code === 0) return made;
    }
    return cannot(`${IMAGE} holds no nats-server where it is known to be`);
  } finally {
    await execute('docker', ['rm', '-f', container], { timeout: 30_000 });
  }
};
