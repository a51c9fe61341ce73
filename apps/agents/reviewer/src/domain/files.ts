import { indexOf, isTestFile, severityRank, WEIGHT, type FileMetrics, type FileSummary, type Finding } from '@waggle/analysis';
import { compare, effortOf, tally } from './counts.js';

const byFile = (findings: readonly Finding[]): Map<string, Finding[]> => {
  const files = new Map<string, Finding[]>();
  for (const finding of findings) {
    const list = files.get(finding.file);
    if (list === undefined) files.set(finding.file, [finding]);
    else list.push(finding);
  }
  return files;
};

/** What a test's complexity counts of that of the code itself. */
const TEST = 0.05;

/** Where work pays most: what is complex and changes often; without git, what is complex, long and full of findings. */
const rawHeat = (metrics: FileMetrics, findings: readonly Finding[], churn: Record<string, number> | undefined): number =>
  churn === undefined
    ? (1 + metrics.complexitySum) * metrics.lines * findings.reduce((sum, finding) => sum + WEIGHT[finding.severity], 0)
    : metrics.complexitySum * (isTestFile(metrics.file) ? TEST : 1) * (Object.hasOwn(churn, metrics.file) ? churn[metrics.file]! : 0);

/** The files of a report, the hottest first. `churn`: how often each was changed, where git knows. */
export const summarize = (
  metrics: readonly FileMetrics[],
  findings: readonly Finding[],
  churn: Record<string, number> | undefined,
): FileSummary[] => {
  const found = byFile(findings);
  const raw = metrics.map((each) => {
    const own = found.get(each.file) ?? [];
    return { each, own, heat: rawHeat(each, own, churn) };
  });
  const hottest = raw.reduce((max, { heat }) => Math.max(max, heat), 0);
  return raw
    .map(({ each, own, heat }): FileSummary => {
      const worst = [...own].sort((a, b) => severityRank(a.severity) - severityRank(b.severity))[0]?.severity;
      return {
        ...each,
        findings: own.length,
        ...(worst === undefined ? {} : { worst }),
        heat: hottest === 0 ? 0 : Math.round((1000 * Math.sqrt(heat)) / Math.sqrt(hottest)) / 10,
        ...(churn === undefined ? {} : { churn: Object.hasOwn(churn, each.file) ? churn[each.file]! : 0 }),
        effort: effortOf(own),
        index: indexOf(tally(own), each.lines),
      };
    })
    .sort((a, b) => compare(b.heat, a.heat) || compare(a.file, b.file));
};
