import {
  bounded,
  cyclesOf,
  ECMASCRIPT,
  FindingList,
  isTestFile,
  languageOf,
  milder,
  ModuleGraph,
  rulesOf,
  splitLines,
  type DebtReport,
  type FileMetrics,
  type Finding,
  type Found,
  type ModuleFacts,
} from '@waggle/analysis';
import type { Workspace } from '@waggle/workspace';
import { SPECIALIST } from './analyze-file.js';
import { effortOf } from './effort.js';
import { ENGINE } from './engine.js';
import { RULES } from './rules.js';
import { deadExports, type DeadExport } from './structure/dead-exports.js';
import { readPackage } from './structure/entry-points.js';
import { untested, wordsOf } from './structure/untested.js';
import type { Work } from './work.js';

/** Most manifests of packages, and tests of languages whose imports are not known, that are read. */
const MAX_READ = 500;

/** Most of one kind that become findings. */
const MAX_EACH = 500;

export interface Parts {
  modules: readonly ModuleFacts[];
  metrics: readonly FileMetrics[];
}

type Place = Omit<Found, 'place'> & { file: string; line: number };

const NOTHING: DebtReport = { specialist: SPECIALIST, files: 0, findings: [], rules: [], skipped: [], omitted: 0, metrics: [] };

/**
 * What only all files together show: exports nobody uses, modules in a circle, code without tests. Nothing where only
 * what changed was looked at.
 */
export const findStructure = async (workspace: Workspace, parts: Parts, work: Work): Promise<DebtReport> =>
  workspace.git?.changed !== undefined
    ? NOTHING
    : work.remember([ENGINE, workspace.all().identity], () => lookAtAll(workspace, parts, work));

const lookAtAll = async (workspace: Workspace, { modules, metrics }: Parts, work: Work): Promise<DebtReport> => {
  const { graph, entries } = await graphOf(workspace, modules, work);
  const files = metrics.map(({ file }) => file).filter(isTestFile);
  const places = [
    ...cyclesOf(graph)
      .slice(0, MAX_EACH)
      .map((ring) => ofCycle(graph, ring)),
    ...deadExports(graph, entries).slice(0, MAX_EACH).map(ofExport),
    ...untested(metrics, { graph, files, words: await testWords(workspace, files, work) }).map(ofUntested),
  ];
  const { findings, omitted } = bounded(await written(workspace, places, work));
  return {
    specialist: SPECIALIST,
    files: metrics.length,
    findings,
    rules: rulesOf(findings, Object.values(RULES)),
    skipped: [],
    omitted,
    metrics: [],
  };
};

const graphOf = async (
  workspace: Workspace,
  modules: readonly ModuleFacts[],
  { signal }: Work,
): Promise<{ graph: ModuleGraph; entries: Set<string> }> => {
  const plain = new ModuleGraph(modules);
  const names = new Map<string, string>();
  const entries = new Set<string>();
  const manifests = workspace.entries.filter(({ path, kind }) => kind === 'text' && /(^|\/)package\.json$/.test(path));
  for (const { path } of manifests.slice(0, MAX_READ)) {
    signal.throwIfAborted();
    const found = readPackage(path, await workspace.read(path), plain.modules);
    for (const entry of found.entries) entries.add(entry);
    const [main] = found.entries;
    if (found.name !== undefined && main !== undefined) names.set(found.name, main);
  }
  return { graph: new ModuleGraph(modules, names), entries };
};

const testWords = async (workspace: Workspace, tests: readonly string[], { signal }: Work): Promise<Set<string>> => {
  const words = new Set<string>();
  const others = tests.filter((file) => !ECMASCRIPT.includes(languageOf(file) ?? 'typescript'));
  for (const file of others.slice(0, MAX_READ)) {
    signal.throwIfAborted();
    for (const word of wordsOf(await workspace.read(file))) words.add(word);
  }
  return words;
};

/** Modules of a circle that are named one by one. */
const NAMED = 8;

const roundOf = (ring: readonly string[]): string => {
  const left = ring.length - NAMED;
  return [...ring.slice(0, NAMED).map((file) => `\`${file}\``), ...(left > 0 ? [`${left} more`] : []), `\`${ring[0]!}\``].join(' → ');
};

const ofCycle = (graph: ModuleGraph, ring: readonly string[]): Place => {
  const [first, second] = ring as [string, string];
  const lineOf = (from: string, to: string): number => graph.edges(from).find((edge) => edge.to === to && !edge.types)?.line ?? 1;
  return {
    rule: RULES.importCycle,
    file: first,
    line: lineOf(first, second),
    message: `${ring.length} modules need one another: ${roundOf(ring)}.`,
    subject: ring.join('\n'),
    severity: ring.every(isTestFile) ? milder(RULES.importCycle.severity) : RULES.importCycle.severity,
    metrics: [{ name: 'modules', value: ring.length, limit: 1 }],
    related: ring.slice(1, 1 + NAMED).map((file, at) => {
      const line = lineOf(file, ring[(at + 2) % ring.length]!);
      return { file, line, endLine: line };
    }),
    effort: effortOf(RULES.importCycle, { over: ring.length - 2 }),
  };
};

const ofExport = ({ file, line, name, usedHere }: DeadExport): Place => ({
  rule: RULES.deadExport,
  file,
  line,
  message: usedHere ? `\`${name}\` is exported, and only this file uses it.` : `\`${name}\` is exported, and nothing here uses it.`,
  subject: name,
  severity: usedHere ? 'info' : RULES.deadExport.severity,
  confidence: 'medium',
  effort: effortOf(RULES.deadExport),
});

const SERIOUS = 60;

const ofUntested = ({ file, complexitySum, functions }: FileMetrics): Place => ({
  rule: RULES.untested,
  file,
  line: 1,
  message: `No test reaches this file: ${functions} ${functions === 1 ? 'function' : 'functions'}, complexity ${complexitySum}.`,
  subject: 'file',
  severity: complexitySum >= SERIOUS ? RULES.untested.severity : 'info',
  metrics: [{ name: 'complexity', value: complexitySum, limit: 15 }],
  confidence: 'medium',
  effort: effortOf(RULES.untested, { over: complexitySum }),
});

/** Findings with the code they speak of, each file read once. */
const written = async (workspace: Workspace, places: readonly Place[], { signal }: Work): Promise<Finding[]> => {
  const byFile = new Map<string, Place[]>();
  for (const place of places) byFile.set(place.file, [...(byFile.get(place.file) ?? []), place]);
  const found: Finding[] = [];
  for (const [file, own] of byFile) {
    signal.throwIfAborted();
    const lines = splitLines(await workspace.read(file));
    const list = new FindingList(SPECIALIST, file, lines);
    for (const { file: _, line, ...rest } of own)
      list.add({ ...rest, place: { line, endLine: line, column: 1, endColumn: (lines[line - 1]?.length ?? 0) + 1 } });
    found.push(...list.findings);
  }
  return found;
};
