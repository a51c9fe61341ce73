import type { Dependency, Ecosystem } from './dependency.js';
import { sourceRisks } from './sources.js';

/** Lock files whose packages are `[[package]]` tables of TOML, a field a line: Cargo, Poetry, uv, PDM. */
export const readTomlLock = (text: string, ecosystem: Ecosystem): Dependency[] => {
  const found: Dependency[] = [];
  let open: { name?: string; version?: string; source?: string; line: number } | undefined;
  const close = (): void => {
    // What lies in the repository itself has no source in Cargo's.
    if (open?.name !== undefined && open.version !== undefined && !(ecosystem === 'crates.io' && open.source === undefined))
      found.push({ ecosystem, name: open.name, version: open.version, line: open.line, risks: sourceRisks(open.source) });
    open = undefined;
  };
  for (const [at, line] of text.split('\n').entries()) {
    if (/^\[/.test(line) && !/^\[package\.source\]/.test(line)) close();
    if (/^\[\[package\]\]\s*$/.test(line)) open = { line: at + 1 };
    const [, key, value] = /^(name|version|source|url)\s*=\s*"([^"]*)"/.exec(line) ?? [];
    if (open === undefined || key === undefined) continue;
    if (key === 'name') open = { ...open, name: value!, line: at + 1 };
    else if (key === 'version') open.version = value!;
    else open.source = value!;
  }
  close();
  return found;
};
