import { parse as parseYaml } from 'yaml';
import type { Dependency, Risk } from './dependency.js';
import { isRecord, lineIndex, textOf } from './lines.js';
import { sourceRisks } from './sources.js';

const risksOf = (entry: Record<string, unknown>): Risk[] => {
  const resolved = textOf(entry['resolved']);
  const source = sourceRisks(resolved);
  const fetched = resolved !== undefined && /^https?:/.test(resolved) && entry['integrity'] === undefined;
  const deprecated = textOf(entry['deprecated']);
  return [
    ...source,
    ...(fetched ? [{ kind: 'no-integrity' as const }] : []),
    ...(entry['hasInstallScript'] === true ? [{ kind: 'install-script' as const }] : []),
    ...(deprecated === undefined ? [] : [{ kind: 'deprecated' as const, what: deprecated.slice(0, 200) }]),
  ];
};

const ofPackages = (packages: Record<string, unknown>, lines: Map<string, number>): Dependency[] =>
  Object.entries(packages).flatMap(([path, entry]) => {
    if (!isRecord(entry) || entry['link'] === true || !path.includes('node_modules/')) return [];
    const name = textOf(entry['name']) ?? path.slice(path.lastIndexOf('node_modules/') + 13);
    const version = textOf(entry['version']);
    return version === undefined ? [] : [{ ecosystem: 'npm', name, version, line: lines.get(path) ?? 1, risks: risksOf(entry) }];
  });

const MAX_DEPTH = 50;

const ofTree = (tree: Record<string, unknown>, lines: Map<string, number>, depth = 0): Dependency[] =>
  Object.entries(tree).flatMap(([name, entry]) => {
    if (!isRecord(entry) || depth > MAX_DEPTH) return [];
    const version = textOf(entry['version']);
    const own: Dependency[] =
      version === undefined || !/^\d/.test(version)
        ? [{ ecosystem: 'npm', name, line: lines.get(name) ?? 1, risks: sourceRisks(version) }]
        : [{ ecosystem: 'npm', name, version, line: lines.get(name) ?? 1, risks: risksOf(entry) }];
    return [...own, ...(isRecord(entry['dependencies']) ? ofTree(entry['dependencies'], lines, depth + 1) : [])];
  });

/** `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3. */
export const readPackageLock = (text: string): Dependency[] => {
  const lock = JSON.parse(text) as unknown;
  if (!isRecord(lock)) return [];
  const lines = lineIndex(text, /^\s*"([^"]+)": \{/);
  if (isRecord(lock['packages'])) return ofPackages(lock['packages'], lines);
  return isRecord(lock['dependencies']) ? ofTree(lock['dependencies'], lines) : [];
};

/** `yarn.lock`, of Yarn 1 and later. */
export const readYarnLock = (text: string): Dependency[] => {
  const found: Dependency[] = [];
  let open: { name: string; line: number } | undefined;
  for (const [at, line] of text.split('\n').entries()) {
    const head = /^"?((?:@[^@/\s"]+\/)?[^@\s",]+)@[^\n]*:\s*$/.exec(line);
    if (head !== null) open = { name: head[1]!, line: at + 1 };
    const version = /^\s+version:? "?([^"\s]+)"?\s*$/.exec(line)?.[1];
    if (version !== undefined && open !== undefined && !version.startsWith('0.0.0-use.local'))
      found.push({ ecosystem: 'npm', ...open, version, risks: [] });
    const resolved = /^\s+resolved "([^"]+)"/.exec(line)?.[1];
    if (resolved !== undefined && found.length > 0) found[found.length - 1] = { ...found.at(-1)!, risks: sourceRisks(resolved) };
  }
  return found;
};

/** `pnpm-lock.yaml`. */
export const readPnpmLock = (text: string): Dependency[] => {
  const lock = parseYaml(text, { maxAliasCount: 100 }) as unknown;
  const packages = isRecord(lock) && isRecord(lock['packages']) ? lock['packages'] : {};
  const lines = lineIndex(text, /^\s{2}'?\/?([^\s'][^:']*)'?:/);
  return Object.entries(packages).flatMap(([key, entry]): Dependency[] => {
    const bare = key.replace(/^\//, '').replace(/\(.*$/, '');
    const [, name, version] = /^(@?[^@]+)[@/](\d[^/]*)$/.exec(bare) ?? [];
    if (name === undefined || version === undefined) return [];
    const deprecated = isRecord(entry) ? textOf(entry['deprecated']) : undefined;
    const risks: Risk[] = deprecated === undefined ? [] : [{ kind: 'deprecated', what: deprecated.slice(0, 200) }];
    return [{ ecosystem: 'npm', name, version, line: lines.get(key.replace(/^\//, '')) ?? 1, risks }];
  });
};

/** Dependencies in a `package.json` that name no version of a registry. */
export const readPackageJson = (text: string): Dependency[] => {
  const manifest = JSON.parse(text) as unknown;
  if (!isRecord(manifest)) return [];
  return ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((field) => {
    const wanted = manifest[field];
    if (!isRecord(wanted)) return [];
    const lines = lineIndex(text, /^\s*"([^"]+)":\s*"/);
    return Object.entries(wanted).flatMap(([name, range]): Dependency[] => {
      const what = textOf(range) ?? '';
      const risks: Risk[] = /^(\*|latest|x|>=?\s*\d[\d.]*)?$/.test(what.trim())
        ? [{ kind: 'unpinned', what: what || '(empty)' }]
        : sourceRisks(what);
      return risks.length === 0 ? [] : [{ ecosystem: 'npm', name, line: lines.get(name) ?? 1, risks }];
    });
  });
};
