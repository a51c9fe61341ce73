/**
 * `npm run jitter [-- jest arguments]`: builds, then runs specs while every process stands still now and then
 * (docs/reliability.md). `WAGGLE_JITTER=2`: for twice as long; default 1.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { stopBrokers } from '../test/jitter/brokers.mjs';
import { environment, node, packageBin, root, run, runNode } from './run.mjs';

const { WAGGLE_JITTER = '1', NODE_OPTIONS } = process.env;
const scale = Number(WAGGLE_JITTER);
if (!(scale > 0 && scale <= 10)) {
  console.error(`WAGGLE_JITTER: a number above 0 and up to 10, not ${WAGGLE_JITTER}`);
  process.exit(2);
}

const built = run('tsc', ['-b']) || runNode('scripts/broker.mjs', []);
if (built !== 0) process.exit(built);

const preload = `--import=${pathToFileURL(path.join(root, 'test/jitter/stand-still.mjs')).href}`;
const jest = spawn(node, [packageBin('jest', 'bin/jest.js'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: environment({ WAGGLE_JITTER, NODE_OPTIONS: [NODE_OPTIONS, '--no-warnings', preload].filter(Boolean).join(' ') }),
});
const over = new AbortController();
const stopping = stopBrokers(jest.pid, { scale, until: over.signal });
// Ctrl-C reaches Jest by itself, and no broker is left standing
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => jest.kill());
const [status] = await once(jest, 'close');
over.abort();
await stopping;
process.exit(status ?? 1);
