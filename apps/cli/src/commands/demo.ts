import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isAlive } from '@waggle/broker';
import { requireFolder } from '../audit/require-folder.js';
import { runAudit, type Audited } from '../audit/run-audit.js';
import { tellAudit } from '../audit/tell-audit.js';
import { EXIT, exitCodeOfEnd } from '../exit-codes.js';
import { wholeNumber } from '../input/option-values.js';
import { homeOf, meshFolder } from '../mesh/folder.js';
import { Mesh } from '../mesh/mesh.js';
import type { Registrar } from './command.js';
import { meshEvents } from './up.js';

/** Removes what demos that were killed left behind. */
const removeLeftovers = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder).catch(() => [])) {
    if (/^\d+$/.test(name) && !isAlive(Number(name))) await rm(join(folder, name), { recursive: true, force: true });
  }
};

export const registerDemo = ({ program, run }: Registrar): void => {
  program
    .command('demo')
    .summary('audit a repository on a mesh of its own')
    .description(
      'Starts a broker and a mesh, audits a folder with a swarm of specialists, writes a report into .waggle/report, and leaves nothing running.',
    )
    .argument('[path]', 'the folder; this repository when left out')
    .option('--max-files <n>', 'files that a workspace may hold (20,000 when left out)', wholeNumber(1, 1_000_000))
    .option('-o, --out <dir>', 'where the report goes; .waggle/report when left out')
    .action(
      run(async (context, given: string | undefined, { out, maxFiles }: { out?: string; maxFiles?: number }) => {
        const { root, output, interrupted } = context;
        const path = resolve(given ?? root);
        await requireFolder(path);
        const began = performance.now();
        const demos = join(homeOf(root), 'demo');
        await removeLeftovers(demos);
        const folder = meshFolder(join(demos, String(process.pid)));
        let mesh: Mesh | undefined;
        let audited: Audited | undefined;
        try {
          mesh = await Mesh.start({ root, folder, processes: false, events: meshEvents(output), signal: interrupted });
          audited = interrupted.aborted
            ? undefined
            : await runAudit({ path, maxFiles, out: resolve(out ?? join(homeOf(root), 'report')) }, mesh.session, context);
        } finally {
          await mesh?.stop();
          // The logs of a failure stay until the next demo: somebody will want to read them.
          if (audited !== undefined || interrupted.aborted) await rm(folder.path, { recursive: true, force: true });
        }
        if (audited === undefined) return EXIT.interrupted;
        if (audited.files.length > 0) tellAudit(audited, performance.now() - began, output);
        return exitCodeOfEnd(audited.outcome.state);
      }),
    );
};
