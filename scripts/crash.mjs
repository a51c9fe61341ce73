/** `npm run crash -- [--who coordinator|agent] [--every K]`: builds, then kills a process at every point (docs/reliability.md). */
import { run, runNode } from './run.mjs';

process.exit(run('tsc', ['-b']) || runNode('scripts/broker.mjs', []) || runNode('test/crash/dist/main.js', process.argv.slice(2)));
