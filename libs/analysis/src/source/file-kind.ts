/** A line this long on average is written by a machine, and so is most of a file on lines that nobody can read. */
const GENERATED_WIDTH = 400;
const UNREADABLE_WIDTH = 1000;

/** Below this a few long lines say nothing. */
const JUDGED_FROM = 4096;

/** What programs write at the start of what they write. */
const SAYS_SO =
  /@generated\b|\bDO NOT (EDIT|MODIFY)\b|<auto-?generated|^\W{0,10}(this (file|code|module|class) (is|was|has been) )?(auto(matically)?[- ]?)?generated (by|from|with|using) \S|^\W{0,10}this (file|code|module|class) (is|was|has been) auto(matically)?[- ]?generated\b/im;

const isMinified = (text: string): boolean => {
  if (text.length < JUDGED_FROM) return false;
  let lines = 1;
  let unreadable = 0;
  let from = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
    lines++;
    if (at - from > UNREADABLE_WIDTH) unreadable += at - from;
    from = at + 1;
  }
  if (text.length - from > UNREADABLE_WIDTH) unreadable += text.length - from;
  return text.length / lines > GENERATED_WIDTH || unreadable > text.length / 2;
};

/** Whether a text is minified or generated: nobody maintains it by hand, so its form is not judged. */
export const isGenerated = (path: string, text: string): boolean =>
  /[.-](min|umd|bundle)\.[cm]?js$/.test(path) || SAYS_SO.test(text.slice(0, 2000)) || isMinified(text);

/** Whether a file is data that tests work on: code in it is an example, good or bad, and nobody maintains it. */
export const isTestData = (path: string): boolean => /(^|\/)(fixtures?|__fixtures__|testdata|test-data|__snapshots__)\//i.test(path);

/** Whether a file belongs to tests, examples or fixtures: what is found there weighs less. */
export const isTestFile = (path: string): boolean =>
  isTestData(path) ||
  /(^|\/)(tests?|__tests__|__mocks__|specs?|examples?|benchmarks?|bench)\//i.test(path) ||
  // Packages of Go that help tests end so: `httptest`.
  /(^|\/)[a-z\d]+test\/[^/]+\.go$/.test(path) ||
  /([._-](test|spec)s?\.[a-z]+|(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py)$/i.test(path);

/** Brackets within brackets: people's code stays far below. */
const MAX_DEPTH = 400;

/**
 * Whether brackets are nested so deep that only a generator or an attacker wrote it: the time of some rules grows
 * with the square of the depth.
 */
export const isTooDeep = (text: string): boolean => {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    // ( [ { and ) ] }
    if (char === 40 || char === 91 || char === 123) {
      if (++depth > MAX_DEPTH) return true;
    } else if ((char === 41 || char === 93 || char === 125) && depth > 0) depth--;
  }
  return false;
};
