/** What is known of a language. Its node kinds for the metrics stand in `metrics/grammar.ts`. */
interface LanguageFacts {
  /** As people write it. */
  title: string;
  /** In lower case, without the dot. */
  extensions: readonly string[];
  comments: { line?: string; block?: readonly [open: string, close: string] };
}

const SLASHES = { line: '//', block: ['/*', '*/'] } as const;
const HASH = { line: '#' } as const;

/** Languages that are parsed: one line here, one in `parsers.ts`. */
const FACTS = {
  typescript: { title: 'TypeScript', extensions: ['ts', 'mts', 'cts'], comments: SLASHES },
  tsx: { title: 'TypeScript (TSX)', extensions: ['tsx'], comments: SLASHES },
  javascript: { title: 'JavaScript', extensions: ['js', 'jsx', 'mjs', 'cjs'], comments: SLASHES },
  python: { title: 'Python', extensions: ['py', 'pyi'], comments: HASH },
  go: { title: 'Go', extensions: ['go'], comments: SLASHES },
  java: { title: 'Java', extensions: ['java'], comments: SLASHES },
  rust: { title: 'Rust', extensions: ['rs'], comments: SLASHES },
  c: { title: 'C', extensions: ['c'], comments: SLASHES },
  // Headers of C are read as C++, which knows nearly all of C.
  cpp: { title: 'C++', extensions: ['cc', 'cpp', 'cxx', 'c++', 'hpp', 'hh', 'hxx', 'h'], comments: SLASHES },
  csharp: { title: 'C#', extensions: ['cs'], comments: SLASHES },
  ruby: { title: 'Ruby', extensions: ['rb', 'rake', 'gemspec'], comments: { line: '#', block: ['=begin', '=end'] } },
  php: { title: 'PHP', extensions: ['php', 'phtml'], comments: SLASHES },
  kotlin: { title: 'Kotlin', extensions: ['kt', 'kts'], comments: SLASHES },
} as const satisfies Record<string, LanguageFacts>;

export type Language = keyof typeof FACTS;
export const LANGUAGES = Object.keys(FACTS) as readonly Language[] as readonly [Language, ...Language[]];

const BY_EXTENSION = new Map<string, Language>(LANGUAGES.flatMap((language) => FACTS[language].extensions.map((each) => [each, language])));

/** Title, extensions and the marks of comments of a language. */
export const factsOf = (language: Language): LanguageFacts => FACTS[language];

/** The extension in lower case, without its dot; '' for none. */
export const extensionOf = (path: string): string => /[^/.][^/]*\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';

/** The language of a file by its extension; undefined when it is not parsed here. */
export const languageOf = (path: string): Language | undefined => BY_EXTENSION.get(extensionOf(path));

/** TypeScript, its JSX form and JavaScript share most rules. */
export const ECMASCRIPT: readonly Language[] = ['typescript', 'tsx', 'javascript'];
export const PYTHON: readonly Language[] = ['python'];
