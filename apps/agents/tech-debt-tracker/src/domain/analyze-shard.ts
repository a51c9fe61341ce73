import {
  bounded,
  excusesIn,
  rulesOf,
  splitLines,
  type DebtReport,
  type Excuse,
  type FileMetrics,
  type Finding,
  type ModuleFacts,
  type SkippedFile,
} from '@waggle/analysis';
import type { ShardFiles } from '@waggle/workspace';
import { analyzeFile, SPECIALIST } from './analyze-file.js';
import { ENGINE } from './engine.js';
import { IDIOMS } from './idioms.js';
import { RULES } from './rules.js';
import type { Work } from './work.js';

/** What a few files gave. */
interface Part {
  findings: Finding[];
  metrics: FileMetrics[];
  modules: ModuleFacts[];
  excuses: Excuse[];
  skipped: SkippedFile[];
  omitted: number;
}

const nothing = (): Part => ({ findings: [], metrics: [], modules: [], excuses: [], skipped: [], omitted: 0 });

const analyzePack = async (
  files: ShardFiles,
  { signal, progress }: { signal: AbortSignal; progress: (path: string) => void },
): Promise<Part> => {
  const part = nothing();
  for await (const { path, text } of files) {
    signal.throwIfAborted();
    progress(path);
    if (text.includes('waggle-ignore')) part.excuses.push(...excusesIn(path, splitLines(text)));
    const analysis = await analyzeFile(path, text);
    if ('skipped' in analysis) {
      part.skipped.push({ file: path, reason: analysis.skipped });
      continue;
    }
    part.metrics.push(analysis.metrics);
    part.findings.push(...analysis.findings);
    part.omitted += analysis.omitted;
    if (analysis.module !== undefined) part.modules.push(analysis.module);
    if (analysis.note !== undefined) part.skipped.push({ file: path, reason: analysis.note });
  }
  return part;
};

/** Looks at every file of a shard; what it knows of unchanged ones it takes from the last time. Rejects with the signal's reason when told to stop. */
export const analyzeShard = async (files: ShardFiles, work: Work): Promise<DebtReport> => {
  const { signal } = work;
  const progress = (path?: string): void => work.progress(files.done / files.total, path);
  const parts = await files.mapPacks((pack) => {
    signal.throwIfAborted();
    progress();
    return work.remember([ENGINE, pack.identity], () => analyzePack(pack, { signal, progress }));
  });
  const { findings, omitted } = bounded(parts.flatMap((part) => part.findings));
  return {
    specialist: SPECIALIST,
    files: files.total,
    findings,
    rules: rulesOf(findings, [...Object.values(RULES), ...IDIOMS]),
    skipped: parts.flatMap(({ skipped }) => skipped),
    omitted: parts.reduce((sum, part) => sum + part.omitted, omitted),
    metrics: parts.flatMap(({ metrics }) => metrics),
    modules: parts.flatMap(({ modules }) => modules),
    excuses: parts.flatMap(({ excuses }) => excuses),
  };
};
