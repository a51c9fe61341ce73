import { isGenerated } from './file-kind.js';
import { ECMASCRIPT, languageOf } from './language.js';

/** Folders of code that others keep. */
const OTHERS = /(^|\/)(vendor|vendored|_vendor|third[_-]?party|bower_components|node_modules)\//i;

/** Where builds put what they make: `dist/`, and a folder for one kind of modules in that of the output. */
const BUILT = /(^|\/)dist\/|(^|\/)(build|lib|out|output)\/(esm?|cjs|umd|amd|es5|es20\d\d|fesm\w*)\//;

/** Where a compiler says where its input lies: at the end, in a comment of its own. */
const SOURCE_MAP = /^(\/\/|\/\*)[#@] sourceMappingURL=/m;
const END = 500;

/** What compilers put in front of modules; nobody writes it by hand. */
const COMPILED =
  /^Object\.defineProperty\(exports, ["']__esModule["'], ?\{|^(exports\.)?__esModule = true;|^var __(awaiter|createBinding|decorate|importDefault|importStar|extends|assign|rest|spreadArray) = \(this && this\.__|^var _interopRequire\w+ = require\(|^function _interop(RequireDefault|RequireWildcard|Default|Namespace)\w*\(/m;

/** What bundlers put around modules. */
const BUNDLED =
  /\b__webpack_require__\b|^var __commonJS = |^var __(toESM|export|getOwnPropNames|defProp) = Object\.|\bparcelRequire\b|^System\.register\(\[|^\W{0,3}\(?function ?\(((global|root), ?)?factory\) ?\{/m;

/** How bundlers name the file that a part was. One such line may be a person's, at the start of a file. */
const PARTS = /^\/\/ ?(#region )?[\w./@+-]+\.[cm]?[jt]sx?$/gm;

/** Steps that put fixed text behind what there is: many of them are what compiled templates are made of. */
const EMITS = /^\s*(?:if \([^\n]*\) ?\{ ?|\} ?)?(?:out|__p|_buf|buf|html|pug_html|__output)(?: \+= | = \w+ \+ |\+=)["'`]/gm;
const EMITTED = 15;
const LINES_EACH = 12;

const isTemplate = (text: string): boolean => {
  const emits = text.match(EMITS)?.length ?? 0;
  return emits >= EMITTED && emits * LINES_EACH >= text.split('\n').length;
};

/**
 * Why nobody keeps the form of a file: it is not judged for debt, only searched for what is dangerous. Undefined for
 * what people write and keep.
 */
export const unjudgedForm = (path: string, text: string): string | undefined => {
  if (OTHERS.test(path)) return 'vendored: others keep it';
  if (isGenerated(path, text)) return 'minified or generated';
  const language = languageOf(path);
  if (language === undefined || !ECMASCRIPT.includes(language)) return undefined;
  if (BUILT.test(path)) return 'built from other files, by where it lies';
  if (SOURCE_MAP.test(text.slice(-END))) return 'compiled: it names the source map of what it was made from';
  if (BUNDLED.test(text) || (text.match(PARTS)?.length ?? 0) > 1) return 'bundled from other files';
  if (COMPILED.test(text)) return 'compiled from another file';
  return isTemplate(text) ? 'compiled from a template' : undefined;
};
