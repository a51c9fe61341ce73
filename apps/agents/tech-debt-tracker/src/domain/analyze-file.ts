import {
  applyRules,
  ECMASCRIPT,
  fileMetrics,
  FindingList,
  functionsOf,
  isDeepTree,
  isTestData,
  isTooDeep,
  languageOf,
  MAX_PARSE,
  parse,
  readModule,
  splitLines,
  unjudgedForm,
  type FileMetrics,
  type Finding,
  type ModuleFacts,
} from '@waggle/analysis';
import { checkComments } from './check-comments.js';
import { checkFunctions } from './check-functions.js';
import { checkSize } from './check-size.js';
import { IDIOMS } from './idioms.js';

export const SPECIALIST = 'tech-debt-tracker';

/** Places named of those that could not be parsed. */
const SHOWN_ERRORS = 3;

const TOO_DEEP = 'nested too deep to be analysed';

/** What a file gave: its figures and findings, or why it was not analysed; `note` when a part could not be parsed. */
export type FileAnalysis =
  { metrics: FileMetrics; findings: Finding[]; module?: ModuleFacts; omitted: number; note?: string } | { skipped: string };

/** Looks at one file. Deterministic. */
export const analyzeFile = async (path: string, text: string): Promise<FileAnalysis> => {
  const language = languageOf(path);
  if (language === undefined) return { skipped: 'no parser for this kind of file' };
  if (isTestData(path)) return { skipped: 'test data: how it is written is not judged' };
  if (text.length > MAX_PARSE) return { skipped: 'too large to be parsed' };
  const unjudged = unjudgedForm(path, text);
  if (unjudged !== undefined) return { skipped: unjudged };
  if (isTooDeep(text)) return { skipped: TOO_DEEP };
  const root = await parse(language, text);
  if (isDeepTree(root)) return { skipped: TOO_DEEP };
  const lines = splitLines(text);
  const list = new FindingList(SPECIALIST, path, lines);
  const functions = functionsOf(language, root);
  checkSize(path, lines.length, list);
  checkFunctions(functions.functions, path, list);
  checkComments(language, { root, text }, list);
  const { omitted } = applyRules(IDIOMS, { path, language, text, root }, list);
  const errors = functions.errors.slice(0, SHOWN_ERRORS);
  const metrics = fileMetrics({ file: path, language, lines: lines.length, parseErrors: errors.length }, functions);
  return {
    metrics,
    findings: list.findings,
    omitted,
    ...(ECMASCRIPT.includes(language) ? { module: readModule(path, text, root) } : {}),
    ...(errors.length === 0 ? {} : { note: `not all of it could be parsed (line ${errors.join(', ')})` }),
  };
};
