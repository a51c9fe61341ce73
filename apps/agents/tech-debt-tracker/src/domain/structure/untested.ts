import { ECMASCRIPT, isTestFile, type FileMetrics, type ModuleGraph } from '@waggle/analysis';
import { THRESHOLDS } from '../thresholds.js';

/** Named at most, the most complex. */
const MOST = 100;

const AFFIX = /(^test_)|([._-](test|spec|e2e|int)s?\b)|(_(test|spec)$)|((Test|Tests|Spec|IT)$)/g;

/** What a file is called, without its folder, its ending and what makes it a test. */
const stemOf = (file: string): string =>
  file
    .slice(file.lastIndexOf('/') + 1)
    .replace(/\.[^.]+$/, '')
    .replace(AFFIX, '')
    .replace(AFFIX, '')
    .toLowerCase();

/** Words of tests of other languages, in lower case: a test that names a module tests it. */
export const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/[a-z_][a-z0-9_]*/g) ?? []);

export interface Tests {
  graph: ModuleGraph;
  /** All words of tests that are not TypeScript or JavaScript. */
  words: ReadonlySet<string>;
  /** Paths of all tests. */
  files: readonly string[];
}

/**
 * Files with branches that no test reaches, through imports, by its name, or by naming it: the most complex first.
 * None in a language without any test here, and none in Rust, whose tests stand in the file itself.
 */
export const untested = (metrics: readonly FileMetrics[], { graph, words, files }: Tests): FileMetrics[] => {
  const reached = graph.reached(files.filter((file) => graph.modules.has(file)));
  const stems = new Set(files.map(stemOf));
  const languages = new Set(metrics.filter(({ file }) => isTestFile(file)).map(({ language }) => language));
  const isScript = (each: FileMetrics): boolean => ECMASCRIPT.includes(each.language);
  const hasTests = (each: FileMetrics): boolean =>
    isScript(each) ? ECMASCRIPT.some((language) => languages.has(language)) : languages.has(each.language) && each.language !== 'rust';
  return metrics
    .filter((each) => each.functions > 0 && each.complexitySum >= THRESHOLDS.untested && !isTestFile(each.file) && hasTests(each))
    .filter((each) => !reached.has(each.file) && !stems.has(stemOf(each.file)) && (isScript(each) || !words.has(stemOf(each.file))))
    .sort((a, b) => b.complexitySum - a.complexitySum || (a.file < b.file ? -1 : 1))
    .slice(0, MOST);
};
