import { readFile, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { AuditReport } from '@waggle/analysis';
import { SEVERITIES, WaggleError, type Severity } from '@waggle/protocol';
import { InvalidArgumentError } from 'commander';
import { baselineOf } from '../audit/baseline.js';
import { failing } from '../audit/fail-on.js';
import { githubAnnotations } from '../audit/github.js';
import { requireFolder } from '../audit/require-folder.js';
import { runAudit, type Audited } from '../audit/run-audit.js';
import { tellAudit } from '../audit/tell-audit.js';
import type { Context } from '../context.js';
import { EXIT, exitCodeOfEnd, type ExitCode } from '../exit-codes.js';
import { wholeNumber } from '../input/option-values.js';
import { homeOf } from '../mesh/folder.js';
import { Mesh } from '../mesh/mesh.js';
import { readState } from '../mesh/state.js';
import { count } from '../output/format.js';
import { withSession, type Session } from '../session/session.js';
import type { Registrar } from './command.js';
import { meshEvents } from './up.js';

interface AuditOptions {
  out?: string;
  maxFiles?: number;
  since?: string;
  baseline?: string;
  writeBaseline?: string | true;
  fresh?: boolean;
  failOn?: Severity | 'never';
  format?: 'text' | 'github';
}

const oneOf =
  <T extends string>(...wanted: readonly T[]) =>
  (text: string): T => {
    const found = wanted.find((each) => each === text);
    if (found === undefined) throw new InvalidArgumentError(`It must be one of ${wanted.join(', ')}.`);
    return found;
  };

/** Works on the mesh that runs, else on one that is started for it in the same folder, so that the next audit finds what this one left. */
const onMesh = async <T>(context: Context, work: (session: Session) => Promise<T>): Promise<T> => {
  const { root, folder, env, output, interrupted } = context;
  if (env['NATS_URL'] || (await readState(folder)) !== undefined) return withSession(context, work);
  const brokerUrl = env['WAGGLE_BROKER_URL'] || undefined;
  const mesh = await Mesh.start({ root, folder, processes: false, brokerUrl, events: meshEvents(output), signal: interrupted });
  try {
    return await work(mesh.session);
  } finally {
    await mesh.stop();
  }
};

const readReport = async (files: readonly string[]): Promise<AuditReport> => {
  const file = files.find((each) => basename(each) === 'report.json');
  if (file === undefined) throw new WaggleError('UNSUPPORTED', 'the audit made no report.json');
  return JSON.parse(await readFile(file, 'utf8')) as AuditReport;
};

const conclude = async (audited: Audited, options: AuditOptions & { path: string }, { output }: Context): Promise<ExitCode> => {
  const { format = 'text', failOn = 'never', writeBaseline, path } = options;
  const report = await readReport(audited.files);
  if (format === 'github' && !output.json) output.result(undefined, () => githubAnnotations(report).join('\n'));
  if (writeBaseline !== undefined) {
    const file = writeBaseline === true ? join(path, 'waggle-baseline.json') : resolve(writeBaseline);
    await writeFile(file, baselineOf(report));
    output.note(`baseline: ${file}`);
    return EXIT.done;
  }
  const bad = failing(report, failOn);
  if (bad > 0) output.warn(`${count(bad, 'finding')} of severity ${failOn} or worse`);
  return bad > 0 ? EXIT.failed : EXIT.done;
};

export const registerAudit = ({ program, run }: Registrar): void => {
  program
    .command('audit')
    .summary('audit a repository: technical debt and security')
    .description(
      'Audits a folder on the mesh that runs, or on one that is started for it. What did not change since the last audit is not looked at again, and the report says what is new and what was fixed.',
    )
    .argument('[path]', 'the folder; the current one when left out')
    .option('-o, --out <dir>', 'where the report goes; .waggle/report when left out')
    .option('--since <ref>', 'only what changed since this commit, branch or tag')
    .option('--fail-on <severity>', 'exit with 1 when a finding is of this severity or worse', oneOf(...SEVERITIES, 'never'))
    .option('--format <format>', 'github: findings as annotations of a pull request', oneOf('text', 'github'))
    .option('--baseline <file>', 'findings to leave alone, in place of waggle-baseline.json in the folder')
    .option('--write-baseline [file]', 'write a baseline of all that is found')
    .option('--fresh', 'take nothing from an audit before, and leave nothing for the next')
    .option('--max-files <n>', 'files that a workspace may hold (20,000 when left out)', wholeNumber(1, 1_000_000))
    .action(
      run(async (context, given: string | undefined, options: AuditOptions) => {
        const { root, output } = context;
        const path = resolve(given ?? '.');
        await requireFolder(path);
        const { maxFiles, since, baseline, fresh } = options;
        const out = resolve(options.out ?? join(homeOf(root), 'report'));
        return onMesh(context, async (session) => {
          const began = performance.now();
          const audited = await runAudit({ path, out, maxFiles, since, baseline, fresh }, session, context);
          if (audited === undefined) return EXIT.interrupted;
          if (audited.files.length === 0) return exitCodeOfEnd(audited.outcome.state);
          tellAudit(audited, performance.now() - began, output);
          return conclude(audited, { ...options, path }, context);
        });
      }),
    );
};
