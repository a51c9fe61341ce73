/** `npm run simulate -- [--seeds N] [--seed S] [--bug NAME] [--trace]`: builds, then runs seeds of the simulation (docs/reliability.md). */
import { run, runNode } from './run.mjs';

process.exit(run('tsc', ['-b']) || runNode('test/simulation/dist/main.js', process.argv.slice(2)));
