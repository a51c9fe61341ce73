import {
  errorLines,
  fileMetrics,
  FindingList,
  functionsOf,
  isDeepTree,
  isGenerated,
  isTooDeep,
  languageOf,
  MAX_PARSE,
  parse,
  splitLines,
  type FileMetrics,
  type Finding,
} from '@waggle/analysis';
import { checkComments } from './check-comments.js';
import { checkFunctions } from './check-functions.js';

export const SPECIALIST = 'tech-debt-tracker';

const TOO_DEEP = 'nested too deep to be analysed';

/** What a file gave: its figures and findings, or why it was not analysed; `note` when a part could not be parsed. */
export type FileAnalysis = { metrics: FileMetrics; findings: Finding[]; note?: string } | { skipped: string };

/** Looks at one file. Deterministic. */
export const analyzeFile = async (path: string, text: string): Promise<FileAnalysis> => {
  const language = languageOf(path);
  if (language === undefined) return { skipped: 'no parser for this kind of file' };
  if (text.length > MAX_PARSE) return { skipped: 'too large to be parsed' };
  if (isGenerated(path, text)) return { skipped: 'minified or generated' };
  if (isTooDeep(text)) return { skipped: TOO_DEEP };
  const root = await parse(language, text);
  if (isDeepTree(root)) return { skipped: TOO_DEEP };
  const lines = splitLines(text);
  const list = new FindingList(SPECIALIST, path, lines);
  const functions = functionsOf(language, root);
  checkFunctions(functions.functions, path, list);
  checkComments(language, root, list);
  const errors = errorLines(root);
  const metrics = fileMetrics({ file: path, language, lines: lines.length, parseErrors: errors.length }, functions);
  return {
    metrics,
    findings: list.findings,
    ...(errors.length === 0 ? {} : { note: `not all of it could be parsed (line ${errors.join(', ')})` }),
  };
};
