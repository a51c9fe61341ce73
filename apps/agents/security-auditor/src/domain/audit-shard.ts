import {
  bounded,
  builtInRules,
  rulesOf,
  type Rule,
  type Finding,
  type RuleInfo,
  type SecurityReport,
  type SkippedFile,
} from '@waggle/analysis';
import type { ShardFiles } from '@waggle/workspace';
import { auditFile, SPECIALIST } from './audit-file.js';
import { engine } from './engine.js';
import type { Work } from './work.js';

/** What a few files gave. */
interface Part {
  findings: Finding[];
  rules: RuleInfo[];
  skipped: SkippedFile[];
  omitted: number;
}

const auditPack = async (
  files: ShardFiles,
  { signal, progress, applied }: { signal: AbortSignal; progress: (path: string) => void; applied: readonly Rule[] },
): Promise<Part> => {
  const part: Part = { findings: [], rules: [], skipped: [], omitted: 0 };
  for await (const { path, text } of files) {
    signal.throwIfAborted();
    progress(path);
    const audit = await auditFile(path, text, applied);
    part.findings.push(...audit.findings);
    part.rules.push(...audit.rules);
    if (audit.note !== undefined) part.skipped.push({ file: path, reason: audit.note });
    part.omitted += audit.omitted;
  }
  return { ...part, rules: rulesOf(part.findings, [...new Map(part.rules.map((rule) => [rule.id, rule])).values()]) };
};

/** Looks at every file of a shard; what it knows of unchanged ones it takes from the last time. Rejects with the signal's reason when told to stop. */
export const auditShard = async (files: ShardFiles, work: Work, applied: readonly Rule[] = builtInRules()): Promise<SecurityReport> => {
  const { signal } = work;
  const progress = (path?: string): void => work.progress(files.done / files.total, path);
  const parts = await files.mapPacks((pack) => {
    signal.throwIfAborted();
    progress();
    return work.remember([engine(applied), pack.identity], () => auditPack(pack, { signal, progress, applied }));
  });
  const kept = bounded(parts.flatMap(({ findings }) => findings));
  const rules = new Map(parts.flatMap((part) => part.rules).map((rule) => [rule.id, rule]));
  return {
    specialist: SPECIALIST,
    files: files.total,
    findings: kept.findings,
    rules: rulesOf(kept.findings, [...rules.values()]),
    skipped: parts.flatMap(({ skipped }) => skipped),
    omitted: parts.reduce((sum, { omitted }) => sum + omitted, kept.omitted),
  };
};
