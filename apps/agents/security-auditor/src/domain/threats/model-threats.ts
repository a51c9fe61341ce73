import { FindingList, isTestFile, rulesOf, splitLines, type Finding, type RuleInfo, type SecurityReport } from '@waggle/analysis';
import type { ShardFiles, Workspace } from '@waggle/workspace';
import { SPECIALIST } from '../audit-file.js';
import type { Work } from '../work.js';
import { CHECKLIST, type Threat } from './checklist.js';
import { FACTS, factsIn, isTelling, type Fact, type Sighting } from './facts.js';

/** Places of a fact that are kept, and characters of a file that are looked through. */
const PLACES = 5;
const MAX_TEXT = 300_000;

/** Only what runs tells what a repository is: not its tests, its documents or its own rules. */
const isOwn = (path: string): boolean => !isTestFile(path) && isTelling(path);

const ruleOf = ({ id, kind, question, remedy, cwe, owasp }: Threat): RuleInfo => ({
  id: `security/stride/${id}`,
  title: `${kind}: ${question}`,
  severity: 'info',
  category: 'security',
  cwe,
  owasp,
  why: 'A question of the threat model (STRIDE) that this repository raises by what it is. It is no defect by itself.',
  remedy,
});

const shown = ({ file, line }: Sighting): string => `${file}:${line}`;

const messageOf = (threat: Threat, seen: ReadonlyMap<Fact, readonly Sighting[]>): string => {
  const subject = `${FACTS[threat.of].title} seen at ${seen.get(threat.of)!.slice(0, 3).map(shown).join(', ')}.`;
  if (threat.answeredBy.length === 0) return `${threat.question} ${subject}`;
  const answers = threat.answeredBy.flatMap((fact) => {
    const first = seen.get(fact)?.[0];
    return first === undefined ? [] : [`${FACTS[fact].title} at ${shown(first)}`];
  });
  const wanted = threat.answeredBy.map((fact) => FACTS[fact].title).join(' or ');
  return `${threat.question} ${subject} ${answers.length > 0 ? `To look at: ${answers.join(', ')}.` : `Nothing was seen that answers it: ${wanted}.`}`;
};

/** Raised whenever the same files would show other facts. */
const REVISION = 1;

type Seen = { fact: Fact; at: Sighting };

const look = async (pack: ShardFiles, signal: AbortSignal): Promise<Seen[]> => {
  const seen: Seen[] = [];
  for await (const { path, text } of pack) {
    signal.throwIfAborted();
    if (isOwn(path)) seen.push(...factsIn(path, text.slice(0, MAX_TEXT)));
  }
  return seen;
};

/** The checklist of a workspace: the questions that what it is made of raises, each with the places that raise it. Nothing where only what changed is looked at. */
export const modelThreats = async (workspace: Workspace, work: Work): Promise<SecurityReport> => {
  if (workspace.git?.changed !== undefined) return { specialist: SPECIALIST, files: 0, findings: [], rules: [], skipped: [], omitted: 0 };
  const { signal } = work;
  const files = workspace.all();
  const packs = await files.mapPacks((pack) => {
    signal.throwIfAborted();
    work.progress(files.done / Math.max(1, files.total));
    return work.remember([REVISION, pack.identity], () => look(pack, signal));
  });
  const seen = new Map<Fact, Sighting[]>();
  for (const { fact, at } of packs.flat()) {
    const places = seen.get(fact) ?? [];
    if (places.length < PLACES) seen.set(fact, [...places, at]);
  }
  const asked = CHECKLIST.filter(({ of }) => seen.has(of));
  const findings: Finding[] = [];
  for (const threat of asked) findings.push(...(await findingsOf(threat, seen, workspace)));
  return { specialist: SPECIALIST, files: files.total, findings, rules: rulesOf(findings, asked.map(ruleOf)), skipped: [], omitted: 0 };
};

const findingsOf = async (threat: Threat, seen: ReadonlyMap<Fact, readonly Sighting[]>, workspace: Workspace): Promise<Finding[]> => {
  const [{ file, line }, ...others] = seen.get(threat.of) as [Sighting, ...Sighting[]];
  const lines = splitLines(await workspace.read(file));
  const list = new FindingList(SPECIALIST, file, lines);
  list.add({
    rule: ruleOf(threat),
    place: { line, column: 1, endLine: line, endColumn: (lines[line - 1]?.length ?? 0) + 1 },
    message: messageOf(threat, seen),
    subject: threat.id,
    confidence: 'low',
    related: others.map((place) => ({ file: place.file, line: place.line, endLine: place.line })),
  });
  return list.findings;
};
