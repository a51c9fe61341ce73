import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isAlive } from '@waggle/broker';
import { SEVERITIES, WaggleError, type Outcome } from '@waggle/protocol';
import type { Context } from '../context.js';
import { EXIT, exitCodeOfEnd } from '../exit-codes.js';
import { takeSnapshot } from '../input/workspaces.js';
import { wholeNumber } from '../input/option-values.js';
import { homeOf, meshFolder } from '../mesh/folder.js';
import { Mesh } from '../mesh/mesh.js';
import { count, duration } from '../output/format.js';
import type { Output } from '../output/output.js';
import { writeReport } from '../report/write-report.js';
import { showOutcome, watchFlow } from '../session/watch-flow.js';
import type { Registrar } from './command.js';
import { meshEvents } from './up.js';

const WORKFLOW = 'repo-audit';

/** Refused at once: starting a mesh for a path that cannot be audited would waste a person's time. */
const requireFolder = async (path: string): Promise<void> => {
  const there = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new WaggleError(
      'PATH_INVALID',
      `${path}: ${cause.code === 'ENOENT' ? 'there is no such folder' : `it cannot be read (${cause.code ?? ''})`}`,
      { path, cause },
    );
  });
  if (!there.isDirectory()) throw new WaggleError('PATH_INVALID', `${path}: it is not a folder`, { path });
};

/** Removes what demos that were killed left behind. */
const removeLeftovers = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder).catch(() => [])) {
    if (/^\d+$/.test(name) && !isAlive(Number(name))) await rm(join(folder, name), { recursive: true, force: true });
  }
};

const severities = (outcome: Outcome, { colors }: Output): string => {
  const { bySeverity = {} } = (outcome.output as { summary?: { bySeverity?: Record<string, number> } } | undefined)?.summary ?? {};
  const paint: Record<string, (text: string) => string> = { critical: colors.red, high: colors.red, medium: colors.yellow };
  return SEVERITIES.filter((severity) => (bySeverity[severity] ?? 0) > 0)
    .map((severity) => (paint[severity] ?? colors.dim)(`${bySeverity[severity]!} ${severity}`))
    .join(', ');
};

interface Audit {
  path: string;
  mesh: Mesh;
  /** Where the report goes. */
  out: string;
  maxFiles?: number;
}

/** Audits a folder on a mesh that is up. */
const audit = async (
  { path, mesh, out, maxFiles }: Audit,
  { output, interrupted }: Context,
): Promise<{ outcome: Outcome; files: string[] } | undefined> => {
  const { session } = mesh;
  const workspace = await takeSnapshot(path, { session, output, signal: interrupted, maxFiles });
  const { flowId } = await session.client.submit({ workflow: WORKFLOW, input: { workspace } });
  output.event({ submitted: { flowId } });
  const outcome = await watchFlow(flowId, { client: session.client, output, signal: interrupted });
  if (outcome === undefined) return undefined;
  if (outcome.state !== 'COMPLETED') {
    await showOutcome(outcome, { output, session });
    return { outcome, files: [] };
  }
  return { outcome, files: await writeReport(outcome, out, session) };
};

const tell = ({ outcome, files }: { outcome: Outcome; files: string[] }, took: number, output: Output): void => {
  const { summary } = outcome.output as {
    summary?: { findings?: number; files?: number; analysed?: number; grade?: string; score?: number; notAnalysed?: number };
  };
  const report = files.find((file) => basename(file) === 'report.html') ?? files[0]!;
  output.result({ report: { summary, files, flowId: outcome.flowId, milliseconds: Math.round(took) } }, () =>
    [
      `${output.colors.bold(count(summary?.findings ?? 0, 'finding'))} in ${count(summary?.files ?? 0, 'file')}: ${severities(outcome, output) || 'none'}; ${summary?.analysed === 0 ? 'no grade, for no file could be analysed' : `grade ${summary?.grade ?? '?'} (${summary?.score ?? '?'} of 100)`}`,
      ...(summary?.notAnalysed ? [`${count(summary.notAnalysed, 'file')} not analysed, each named in the report with its reason`] : []),
      `report: ${report}`,
      `took ${duration(took)}`,
    ].join('\n'),
  );
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
        let audited: Awaited<ReturnType<typeof audit>>;
        try {
          mesh = await Mesh.start({ root, folder, processes: false, events: meshEvents(output), signal: interrupted });
          audited = interrupted.aborted
            ? undefined
            : await audit({ path, mesh, maxFiles, out: resolve(out ?? join(homeOf(root), 'report')) }, context);
        } finally {
          await mesh?.stop();
          // The logs of a failure stay until the next demo: somebody will want to read them.
          if (audited !== undefined || interrupted.aborted) await rm(folder.path, { recursive: true, force: true });
        }
        if (audited === undefined) return EXIT.interrupted;
        if (audited.files.length > 0) tell(audited, performance.now() - began, output);
        return exitCodeOfEnd(audited.outcome.state);
      }),
    );
};
