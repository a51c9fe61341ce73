import { bounded, rulesOf, type DebtReport, type FileMetrics, type Finding, type SkippedFile } from '@waggle/analysis';
import type { ShardFiles } from '@waggle/workspace';
import { analyzeFile, SPECIALIST } from './analyze-file.js';
import { RULES } from './rules.js';
import type { Work } from './work.js';

/** Looks at every file of a shard, one after another; rejects with the signal's reason when told to stop. */
export const analyzeShard = async (files: ShardFiles, work: Work): Promise<DebtReport> => {
  const found: Finding[] = [];
  const metrics: FileMetrics[] = [];
  const skipped: SkippedFile[] = [];
  for await (const { path, text } of files) {
    work.signal.throwIfAborted();
    work.progress(files.done / files.total, path);
    const analysis = await analyzeFile(path, text);
    if ('skipped' in analysis) {
      skipped.push({ file: path, reason: analysis.skipped });
      continue;
    }
    metrics.push(analysis.metrics);
    found.push(...analysis.findings);
    if (analysis.note !== undefined) skipped.push({ file: path, reason: analysis.note });
  }
  const { findings, omitted } = bounded(found);
  return {
    specialist: SPECIALIST,
    files: files.total,
    findings,
    rules: rulesOf(findings, Object.values(RULES)),
    skipped,
    omitted,
    metrics,
  };
};
