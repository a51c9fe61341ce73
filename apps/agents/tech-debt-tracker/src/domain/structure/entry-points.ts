import type { ModuleGraph } from '@waggle/analysis';

/** Folders that hold what was built, and where its source lies. */
const BUILT = /^(dist|build|lib|out|esm|cjs)(\/(esm|cjs|src))?\//;

const ENDING = /\.([cm]?[jt]sx?|d\.[cm]?ts)$/;

/** Every text in a value, however deep. */
const textsIn = (value: unknown, depth = 0): string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || depth > 8) return [];
  return Object.values(value).flatMap((each) => textsIn(each, depth + 1));
};

const SOURCE_ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];

const candidates = (path: string): string[] => {
  const stem = path.replace(/^\.\//, '').replace(ENDING, '');
  return [...new Set([stem, stem.replace(BUILT, ''), stem.replace(BUILT, 'src/'), stem.replace(BUILT, 'lib/')])].flatMap((each) =>
    SOURCE_ENDINGS.map((ending) => each + ending),
  );
};

export interface Package {
  /** Where its package.json lies: '' or ending in `/`. */
  folder: string;
  name?: string;
  /** Files that others come in by. */
  entries: string[];
}

/** What a package.json says others come in by: every file that it names anywhere, and its index. */
export const readPackage = (path: string, text: string, modules: ModuleGraph['modules']): Package => {
  const folder = path.slice(0, path.length - 'package.json'.length);
  let content: Record<string, unknown> = {};
  try {
    const parsed = JSON.parse(text) as unknown;
    if (typeof parsed === 'object' && parsed !== null) content = parsed as Record<string, unknown>;
  } catch {
    // one that is no JSON names nothing
  }
  const named = textsIn(content)
    .flatMap((each) => each.split(/\s+/))
    .filter((each) => ENDING.test(each));
  const entries = [...named, 'index.js', 'src/index.js', 'src/main.js'].flatMap(candidates).map((each) => folder + each);
  const { name } = content;
  return { folder, ...(typeof name === 'string' ? { name } : {}), entries: [...new Set(entries)].filter((each) => modules.has(each)) };
};
