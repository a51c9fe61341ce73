/** `npm test [-- jest arguments]`: builds, makes sure a broker is there, runs every spec. */
import { packageBin, run, runNode } from './run.mjs';

/** Milliseconds after which a run that does not end has failed. */
const LIMIT = 30 * 60_000;

const args = process.argv.slice(2);
const status =
  run('tsc', ['-b']) ||
  runNode('scripts/broker.mjs', []) ||
  runNode(packageBin('jest', 'bin/jest.js'), args, {
    limit: LIMIT,
    env: { NODE_OPTIONS: [process.env.NODE_OPTIONS, '--no-warnings'].filter(Boolean).join(' ') },
  });
process.exit(status);
