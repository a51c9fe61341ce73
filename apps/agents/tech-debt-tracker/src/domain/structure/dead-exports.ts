import { isTestFile, type ExportFacts, type ModuleGraph } from '@waggle/analysis';

export interface DeadExport extends ExportFacts {
  file: string;
}

const isDeclaration = (file: string): boolean => /\.d\.[cm]?ts$/.test(file) || /\.config\.[cm]?[jt]s$/.test(file);

/**
 * Names that modules give and nobody here takes. Only of modules of which something else is taken: one that nobody
 * imports may be run by a tool. Entry points, tests and defaults are left alone, and types that their own module uses,
 * for a declaration file needs them.
 */
export const deadExports = (graph: ModuleGraph, entries: ReadonlySet<string>): DeadExport[] =>
  [...graph.modules.values()].flatMap(({ file, exports }) => {
    const importers = graph.importers(file);
    if (entries.has(file) || isTestFile(file) || isDeclaration(file) || importers.length === 0) return [];
    const taken = new Set(importers.flatMap(({ edge }) => edge.names));
    if (taken.has('*')) return [];
    return exports
      .filter(({ name, kind, usedHere }) => name !== 'default' && !taken.has(name) && !(kind === 'type' && usedHere))
      .map((each) => ({ ...each, file }));
  });
