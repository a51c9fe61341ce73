/** A line this long on average is written by a machine. */
const GENERATED_WIDTH = 400;

/** Whether a text is minified or generated: nobody maintains it by hand, so its form is not judged. */
export const isGenerated = (path: string, text: string): boolean => {
  if (/[.-]min\.[cm]?js$/.test(path)) return true;
  const head = text.slice(0, 2000);
  if (/@generated\b|\bDO NOT EDIT\b/.test(head)) return true;
  if (text.length < 4096) return false;
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return text.length / lines > GENERATED_WIDTH;
};

/** Whether a file belongs to tests, examples or fixtures: what is found there weighs less. */
export const isTestFile = (path: string): boolean =>
  /(^|\/)(tests?|__tests__|__mocks__|specs?|fixtures?|examples?|benchmarks?|bench)\//i.test(path) ||
  /([._-](test|spec)s?\.[a-z]+|(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py)$/i.test(path);

/** Whether a file is data that tests work on: code in it is an example, good or bad, and nobody maintains it. */
export const isTestData = (path: string): boolean => /(^|\/)(fixtures?|__fixtures__|testdata|test-data|__snapshots__)\//i.test(path);

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
