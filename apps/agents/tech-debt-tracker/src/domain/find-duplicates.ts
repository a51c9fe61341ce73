import { bounded, rulesOf, type DebtReport, type Finding } from '@waggle/analysis';
import type { Workspace } from '@waggle/workspace';
import { SPECIALIST } from './analyze-file.js';
import { duplicateFinding, DuplicateSearch, type Group } from './duplicate-search.js';
import { ENGINE } from './engine.js';
import { RULES } from './rules.js';
import type { Work } from './work.js';

/** Most originals that are written out as findings, the largest first. */
const MAX_GROUPS = 2000;

const size = ({ original, copies }: Group): number => (original.endLine - original.line + 1) * copies.length;

/** Finds what stands more than once in a workspace; rejects with the signal's reason when told to stop. */
export const findDuplicates = (workspace: Workspace, work: Work): Promise<DebtReport> =>
  work.remember([ENGINE, workspace.all().identity], () => compareAll(workspace, work));

const compareAll = async (workspace: Workspace, work: Work): Promise<DebtReport> => {
  const search = new DuplicateSearch();
  const files = workspace.all();
  for await (const { path, text } of files) {
    work.signal.throwIfAborted();
    work.progress((0.8 * files.done) / files.total, path);
    search.add(path, text);
  }
  const groups = search
    .groups()
    .sort((a, b) => size(b) - size(a) || (a.original.file < b.original.file ? -1 : 1) || a.original.line - b.original.line);
  const found: Finding[] = [];
  const written = groups
    .slice(0, MAX_GROUPS)
    .sort((a, b) => (a.original.file < b.original.file ? -1 : a.original.file > b.original.file ? 1 : a.original.line - b.original.line));
  let current = { file: '', text: '' };
  for (const [at, group] of written.entries()) {
    work.signal.throwIfAborted();
    work.progress(0.8 + (0.2 * at) / written.length, group.original.file);
    const { file } = group.original;
    if (file !== current.file) current = { file, text: await workspace.read(file) };
    found.push(duplicateFinding(group, current.text));
  }
  const { findings, omitted } = bounded(found);
  return {
    specialist: SPECIALIST,
    files: search.files,
    findings,
    rules: rulesOf(findings, [RULES.duplication]),
    skipped: search.left.map((file) => ({ file, reason: 'not compared with other files: there was too much code to compare' })),
    omitted: omitted + groups.length - written.length,
    metrics: [],
  };
};
