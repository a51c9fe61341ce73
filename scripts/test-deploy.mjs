/** `npm run test:deploy`: the image and docker-compose.yml on a real engine. Skipped, and says so, where none answers. */
import { spawnSync } from 'node:child_process';
import { environment, packageBin, runNode } from './run.mjs';

const answers = (...args) => {
  const { status, stdout, stderr, error } = spawnSync('docker', args, { env: environment(), encoding: 'utf8', timeout: 30_000 });
  if (status === 0) return stdout.trim();
  console.log(
    `test:deploy SKIPPED, nothing was tested: \`docker ${args[0]}\` failed (${(error?.message ?? stderr).trim().split('\n').at(-1)})`,
  );
  return undefined;
};

const engine = answers('version', '--format', '{{.Server.Version}}');
const compose = engine && answers('compose', 'version', '--short');
if (!compose) process.exit(0);
console.log(`engine ${engine}, compose ${compose}`);
process.exit(runNode(packageBin('jest', 'bin/jest.js'), ['--testMatch', '**/test/deploy/*.deploy.ts', '--runInBand', '--verbose']));
