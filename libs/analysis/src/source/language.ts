/** Languages that are parsed. Another one is a parser registered in `parse.ts` and its node kinds in `metrics/grammar.ts`. */
export const LANGUAGES = ['typescript', 'tsx', 'javascript', 'python'] as const;
export type Language = (typeof LANGUAGES)[number];

const BY_EXTENSION: Record<string, Language> = {
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'tsx',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  py: 'python',
};

/** The extension in lower case, without its dot; '' for none. */
export const extensionOf = (path: string): string => /[^/.][^/]*\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';

/** The language of a file by its extension; undefined when it is not parsed here. */
export const languageOf = (path: string): Language | undefined => BY_EXTENSION[extensionOf(path)];

/** TypeScript, its JSX form and JavaScript share most rules. */
export const ECMASCRIPT: readonly Language[] = ['typescript', 'tsx', 'javascript'];
export const PYTHON: readonly Language[] = ['python'];
