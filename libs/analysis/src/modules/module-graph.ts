import type { ImportFacts, ModuleFacts } from './module-facts.js';

/** One module takes something from another. */
export interface Edge {
  to: string;
  names: readonly string[];
  types: boolean;
  line: number;
}

const ENDINGS = [
  '',
  '.ts',
  '.tsx',
  '.mts',
  '.cts',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '.d.ts',
  '/index.ts',
  '/index.tsx',
  '/index.js',
  '/index.mjs',
];

/** What `./a.js` may be in the source: `a.ts`. */
const SOURCES: readonly [RegExp, readonly string[]][] = [
  [/\.js$/, ['.ts', '.tsx', '.jsx']],
  [/\.jsx$/, ['.tsx']],
  [/\.mjs$/, ['.mts']],
  [/\.cjs$/, ['.cts']],
];

/** Joins a folder and a path relative to it; undefined where that leads out. */
const join = (folder: string, path: string): string | undefined => {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
};

const folderOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf('/')));

/** Who takes what from whom, of the modules of a workspace. */
export class ModuleGraph {
  readonly modules = new Map<string, ModuleFacts>();
  private readonly out = new Map<string, Edge[]>();
  private readonly into = new Map<string, { from: string; edge: Edge }[]>();
  /** By everything but the ending and the folders above: for aliases such as `@/a/b`. */
  private readonly byTail = new Map<string, string[]>();

  /** `packages`: the file that stands for a package of the workspace, by its name. */
  constructor(
    modules: readonly ModuleFacts[],
    private readonly packages: ReadonlyMap<string, string> = new Map(),
  ) {
    for (const each of modules) {
      this.modules.set(each.file, each);
      const name = this.tailOf(each.file);
      this.byTail.set(name, [...(this.byTail.get(name) ?? []), each.file]);
    }
    for (const { file, imports } of this.modules.values())
      for (const each of imports) for (const to of this.resolve(file, each)) this.add(file, to, each);
  }

  /** What a module takes from others. */
  edges(file: string): readonly Edge[] {
    return this.out.get(file) ?? [];
  }

  /** Who takes something from a module. */
  importers(file: string): readonly { from: string; edge: Edge }[] {
    return this.into.get(file) ?? [];
  }

  /** All that is reached from some modules, they themselves among it. */
  reached(from: Iterable<string>): Set<string> {
    const seen = new Set<string>(from);
    for (const file of seen) for (const { to } of this.edges(file)) seen.add(to);
    return seen;
  }

  private add(from: string, to: string, { names, types, line }: ImportFacts): void {
    if (from === to) return;
    const edge = { to, names, types, line };
    this.out.set(from, [...(this.out.get(from) ?? []), edge]);
    this.into.set(to, [...(this.into.get(to) ?? []), { from, edge }]);
  }

  /** The files an import may mean: one, as a rule; for an alias all that end as it does. */
  private resolve(file: string, { from }: ImportFacts): string[] {
    if (from.startsWith('.')) {
      const found = this.find(join(folderOf(file), from));
      return found === undefined ? [] : [found];
    }
    const entry = this.packages.get(from);
    if (entry !== undefined) return [entry];
    const tail = this.tailOf(from);
    const suffix = from.replace(/^[@~#]?\//, '').replace(/\.[a-z]+$/, '');
    return suffix.includes('/')
      ? (this.byTail.get(tail) ?? []).filter((each) =>
          each
            .replace(/\.[a-z.]+$/, '')
            .replace(/\/index$/, '')
            .endsWith(suffix),
        )
      : [];
  }

  private find(path: string | undefined): string | undefined {
    if (path === undefined) return undefined;
    for (const ending of ENDINGS) if (this.modules.has(path + ending)) return path + ending;
    for (const [written, sources] of SOURCES)
      if (written.test(path))
        for (const source of sources) if (this.modules.has(path.replace(written, source))) return path.replace(written, source);
    return undefined;
  }

  private tailOf(file: string): string {
    const parts = file.replace(/\.[a-z]+$/, '').split('/');
    const last = parts.at(-1)!;
    return last === 'index' ? (parts.at(-2) ?? last) : last;
  }
}
