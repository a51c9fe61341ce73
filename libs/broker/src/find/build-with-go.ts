import { mkdir, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execute } from '../execute.js';
import { onPath } from './on-path.js';
import { BUILT_VERSION } from './version.js';
import { cannot, made, type Way, type WayResult } from './way.js';

const MODULE = 'github.com/nats-io/nats-server/v2';
const TIMEOUT = 10 * 60_000;

/** Go's environment with everything it writes inside `scratch`, the user's own settings (proxies) kept. */
const goEnvironment = (scratch: string): NodeJS.ProcessEnv => {
  const { GOOS: _os, GOARCH: _arch, ...own } = process.env;
  const settings = join(process.env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'go', 'env');
  return {
    ...own,
    GOPATH: join(scratch, 'path'),
    GOMODCACHE: join(scratch, 'modules'),
    GOCACHE: join(scratch, 'cache'),
    GOBIN: join(scratch, 'bin'),
    GOTMPDIR: scratch,
    GOENV: process.env['GOENV'] ?? settings,
    // Go keeps counters of its own use in the user's configuration folder.
    XDG_CONFIG_HOME: join(scratch, 'config'),
    GOFLAGS: `${process.env['GOFLAGS'] ?? ''} -modcacherw`.trim(),
    GOWORK: 'off',
    CGO_ENABLED: '0',
  };
};

/** Builds the pinned version from source: half a minute on two cores. */
export const buildWithGo = async ({ target, scratch, onProgress, signal }: Way): Promise<WayResult> => {
  if ((await onPath('go')).length === 0) return cannot('Go is not installed');
  onProgress(`building nats-server ${BUILT_VERSION} with Go: about half a minute`);
  await mkdir(scratch, { recursive: true });
  const options = { cwd: scratch, env: goEnvironment(scratch), timeout: TIMEOUT, signal };
  const installed = await execute('go', ['install', '-trimpath', `${MODULE}@v${BUILT_VERSION}`], options);
  if (installed.code === 0) {
    await rename(join(scratch, 'bin', 'nats-server'), target);
    return made;
  }
  // `go install` asks for the list of all versions, which some module proxies refuse; a module that names the version does not.
  await writeFile(join(scratch, 'go.mod'), `module waggle.invalid/broker\n\ngo 1.24\n\nrequire ${MODULE} v${BUILT_VERSION}\n`);
  const built = await execute('go', ['build', '-mod=mod', '-trimpath', '-o', target, MODULE], options);
  return built.code === 0 ? made : cannot(`Go could not build it: ${built.said}`);
};
