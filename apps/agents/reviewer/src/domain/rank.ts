import { isTestFile, ModuleGraph, worstFirst, type Confidence, type Finding, type ModuleFacts } from '@waggle/analysis';
import type { Severity } from '@waggle/protocol';

const SEVERITY: Record<Severity, number> = { critical: 1, high: 0.7, medium: 0.4, low: 0.2, info: 0.05 };
const CONFIDENCE: Record<Confidence, number> = { high: 1, medium: 0.8, low: 0.5 };

/** Of a file that nobody imports, of a test, and what the file that most import has more. */
const ALONE = 0.7;
const TEST = 0.5;
const REACH = 0.3;

/** How far what is wrong in a file reaches: from 0.5 for a test to 1 for the module that most others import. */
const reachOf = (modules: readonly ModuleFacts[]): ((file: string) => number) => {
  const graph = new ModuleGraph(modules);
  const importers = (file: string): number => new Set(graph.importers(file).map(({ from }) => from)).size;
  const most = modules.reduce((max, { file }) => Math.max(max, importers(file)), 1);
  return (file) => (isTestFile(file) ? TEST : ALONE + (REACH * Math.log2(1 + importers(file))) / Math.log2(1 + most));
};

/** Findings with their priority, 0 to 100: severity x confidence x reach. The first is what to do first; a total order. */
export const ranked = <T extends Finding>(findings: readonly T[], modules: readonly ModuleFacts[]): (T & { priority: number })[] => {
  const reach = reachOf(modules);
  return findings
    .map((finding) => ({
      ...finding,
      priority: Math.round(1000 * SEVERITY[finding.severity] * CONFIDENCE[finding.confidence ?? 'high'] * reach(finding.file)) / 10,
    }))
    .sort((a, b) => b.priority - a.priority || worstFirst(a, b));
};
