import { bounded, FindingList, rulesOf, splitLines, type Finding, type SecurityReport, type SkippedFile } from '@waggle/analysis';
import type { Workspace } from '@waggle/workspace';
import { SPECIALIST } from '../audit-file.js';
import { affects, type Advisory } from './advisory.js';
import type { Dependency } from './dependency.js';
import type { AdvisorySource } from './osv.js';
import { isDependencyFile, readDependencies } from './read-dependencies.js';
import { RISK_RULES, riskMessage, VULNERABLE } from './risk-rules.js';

interface ReadFile {
  path: string;
  lines: readonly string[];
  dependencies: readonly Dependency[];
}

const MAX_FILES = 200;

const inspect = ({ path, lines, dependencies }: ReadFile, advisories: readonly Advisory[]): Finding[] => {
  const list = new FindingList(SPECIALIST, path, lines);
  const byName = new Map<string, Advisory[]>();
  for (const advisory of advisories)
    for (const name of new Set(advisory.affected.map((each) => each.name.toLowerCase())))
      byName.set(name, [...(byName.get(name) ?? []), advisory]);
  const seen = new Set<string>();
  for (const dependency of dependencies) {
    const { name, version, line } = dependency;
    const place = { line, column: 1, endLine: line, endColumn: (lines[line - 1]?.length ?? 0) + 1 };
    for (const risk of dependency.risks)
      list.add({ rule: RISK_RULES[risk.kind], place, message: riskMessage(dependency, risk), subject: `${name} ${version ?? ''}` });
    const candidates = byName.get(name.toLowerCase()) ?? byName.get(name.toLowerCase().replace(/[-_.]+/g, '-')) ?? [];
    for (const advisory of candidates) {
      const key = `${advisory.id} ${name} ${version ?? ''}`;
      const match = affects(advisory, dependency);
      if (match === undefined || seen.has(key)) continue;
      seen.add(key);
      const known = [advisory.id, ...advisory.aliases.slice(0, 1)].join(', ');
      const mend = match.fixed === undefined ? 'No version that mends it is named' : `Mended in ${match.fixed}`;
      list.add({
        rule: VULNERABLE,
        place,
        message: `${name} ${version!}: ${advisory.summary || 'known vulnerability'} (${known}). ${mend}.`,
        subject: key,
        severity: advisory.severity,
      });
    }
  }
  return list.findings;
};

/** The folder of a path, '' for the top. */
const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/**
 * What the lock files of a workspace tell: doubtful packages, and those with known vulnerabilities where there is a
 * source of advisories. Where there is none, or it does not answer, each file is listed as not compared.
 */
export const auditDependencies = async (
  workspace: Pick<Workspace, 'entries' | 'read'>,
  source: AdvisorySource | undefined,
  signal: AbortSignal,
): Promise<SecurityReport> => {
  const skipped: SkippedFile[] = [];
  const files: ReadFile[] = [];
  const paths = workspace.entries.filter(({ path, kind }) => kind === 'text' && isDependencyFile(path)).map(({ path }) => path);
  for (const path of paths.slice(MAX_FILES)) skipped.push({ file: path, reason: `more than ${MAX_FILES} files of dependencies` });
  for (const path of paths.slice(0, MAX_FILES)) {
    signal.throwIfAborted();
    const text = await workspace.read(path);
    const dependencies = readDependencies(path, text);
    if (dependencies === undefined)
      skipped.push({ file: path, reason: 'its dependencies cannot be read: it is not in the form it should have' });
    else files.push({ path, lines: splitLines(text), dependencies });
  }
  const locked = files.filter(({ dependencies }) => dependencies.some(({ version }) => version !== undefined));
  let advisories: Advisory[] = [];
  let missing = source === undefined ? 'no source of advisories is configured (WAGGLE_OSV)' : undefined;
  if (source !== undefined && locked.length > 0) {
    try {
      advisories = await source.find(
        locked.flatMap(({ dependencies }) => dependencies),
        signal,
      );
    } catch (error) {
      signal.throwIfAborted();
      missing = `the source of advisories did not answer: ${(error as Error).message}`.slice(0, 300);
    }
  }
  if (missing !== undefined)
    for (const { path } of locked) skipped.push({ file: path, reason: `not compared with known vulnerabilities: ${missing}` });
  // What a lock file settles, its manifest may leave open.
  const settled = new Set(locked.map(({ path }) => folderOf(path)));
  const findings = files
    .filter(({ path }) => !(path.endsWith('package.json') && (settled.has(folderOf(path)) || settled.has(''))))
    .flatMap((file) => inspect(file, advisories));
  const kept = bounded(findings);
  return {
    specialist: SPECIALIST,
    files: files.length,
    findings: kept.findings,
    rules: rulesOf(kept.findings, [VULNERABLE, ...Object.values(RISK_RULES)]),
    skipped,
    omitted: kept.omitted,
  };
};
