import { readFileSync } from 'node:fs';
import path from 'node:path';
import { codeOf, ERRORS, isErrorCode, problem, retryable, WaggleError } from './index.js';

describe('the error catalogue', () => {
  const page = readFileSync(path.join(__dirname, '../../../docs/errors.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([A-Z0-9_]+)` \| .* \| (yes|no) \| .* \|$/gm)].map(([, code, again]) => [code, again === 'yes']);

  it('and docs/errors.md hold the same codes with the same flags', () => {
    expect(rows).toEqual(Object.entries(ERRORS).map(([code, { retryable: again }]) => [code, again]));
  });

  it.each(Object.entries(ERRORS))('%s is written as the others are', (code, { summary, remedy }) => {
    expect(code).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(summary).toMatch(/^[A-Z].*\.$/);
    expect(remedy).toMatch(/^[A-Z`].*\.$/);
  });

  it('says what may be tried again', () => {
    expect(retryable('STORAGE_FULL')).toBe(true);
    expect(retryable('BAD_JSON')).toBe(false);
    expect(retryable('ONE_OF_AN_AGENT')).toBe(false);
    expect(isErrorCode('toString')).toBe(false);
  });

  it('gives an error its flag, its remedy and its problems', () => {
    const cause = new Error('disk');
    const error = new WaggleError('STORAGE_FULL', 'FLOW is full.', { path: 'x', cause });
    expect(error).toMatchObject({ code: 'STORAGE_FULL', retryable: true, remedy: ERRORS.STORAGE_FULL.remedy, path: 'x', cause });
    expect(error.problems).toEqual([problem('STORAGE_FULL', 'FLOW is full.', 'x')]);
    expect(new WaggleError('STORAGE_FULL', 'x', { retryable: false }).retryable).toBe(false);
    const better = new WaggleError('BAD_USAGE', 'x', { remedy: 'Do y.' });
    expect([better.remedy, better.problems[0]!.remedy]).toEqual(['Do y.', 'Do y.']);
  });

  it('finds the code of what another copy of the library threw', () => {
    expect(codeOf({ code: 'TIMED_OUT' })).toBe('TIMED_OUT');
    for (const other of [undefined, null, 'x', { code: 'ENOENT' }, { code: 7 }]) expect(codeOf(other)).toBeUndefined();
  });
});
