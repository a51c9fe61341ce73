import c from '@ast-grep/lang-c';
import cpp from '@ast-grep/lang-cpp';
import csharp from '@ast-grep/lang-csharp';
import go from '@ast-grep/lang-go';
import java from '@ast-grep/lang-java';
import kotlin from '@ast-grep/lang-kotlin';
import php from '@ast-grep/lang-php';
import python from '@ast-grep/lang-python';
import ruby from '@ast-grep/lang-ruby';
import rust from '@ast-grep/lang-rust';
import { Lang, registerDynamicLanguage, type DynamicLangRegistrations } from '@ast-grep/napi';
import type { Language } from './language.js';

const BUILT_IN: readonly [Language, string][] = [
  ['typescript', Lang.TypeScript],
  ['tsx', Lang.Tsx],
  ['javascript', Lang.JavaScript],
];

/** Each package holds parsers for Linux, macOS and Windows: nothing is compiled on installing. */
const PACKAGED = { c, cpp, csharp, go, java, kotlin, php, python, ruby, rust };

/** Whether a package has a parser for this platform: asking for its path fails where it has none. */
const isShipped = (parser: { libraryPath: string }): boolean => {
  try {
    return parser.libraryPath !== '';
  } catch {
    return false;
  }
};

/** All in one call, for the library forgets what an earlier call registered. */
const register = (): ReadonlyMap<Language, string> => {
  const shipped: DynamicLangRegistrations = Object.fromEntries(Object.entries(PACKAGED).filter(([, parser]) => isShipped(parser)));
  registerDynamicLanguage(shipped);
  return new Map([...BUILT_IN, ...Object.keys(shipped).map((name) => [name, name] as [Language, string])]);
};

let parsers: ReadonlyMap<Language, string> | undefined;

/** The name that the library has for a language; undefined when there is no parser for this platform. */
export const parserOf = (language: Language): string | undefined => (parsers ??= register()).get(language);
