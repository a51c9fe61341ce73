import { bounded, rulesOf, type Finding, type RuleInfo, type SecurityReport, type SkippedFile } from '@waggle/analysis';
import type { ShardFiles } from '@waggle/workspace';
import { auditFile, SPECIALIST } from './audit-file.js';
import type { Work } from './work.js';

/** Looks at every file of a shard, one after another; rejects with the signal's reason when told to stop. */
export const auditShard = async (files: ShardFiles, work: Work): Promise<SecurityReport> => {
  const found: Finding[] = [];
  const rules = new Map<string, RuleInfo>();
  const skipped: SkippedFile[] = [];
  let omitted = 0;
  for await (const { path, text } of files) {
    work.signal.throwIfAborted();
    work.progress(files.done / files.total, path);
    const audit = await auditFile(path, text);
    found.push(...audit.findings);
    for (const rule of audit.rules) rules.set(rule.id, rule);
    if (audit.note !== undefined) skipped.push({ file: path, reason: audit.note });
    omitted += audit.omitted;
  }
  const kept = bounded(found);
  return {
    specialist: SPECIALIST,
    files: files.total,
    findings: kept.findings,
    rules: rulesOf(kept.findings, [...rules.values()]),
    skipped,
    omitted: omitted + kept.omitted,
  };
};
