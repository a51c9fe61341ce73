import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { searchHistory } from './search-history.js';

// Made up here and put together, so that no scanner takes this file for a leak.
const GITHUB = ['ghp_', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('');

describe('secrets in a history', () => {
  let root: string;
  const git = (...args: string[]): void => {
    execFileSync('git', ['-C', root, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'commit.gpgsign=false', ...args], {
      stdio: 'pipe',
    });
  };
  const commit = (name: string, text: string): void => {
    writeFileSync(join(root, name), text);
    git('add', '--all');
    git('commit', '--quiet', '--message', 'x');
  };
  const search = (bounds: { commits?: number; characters?: number } = {}) =>
    searchHistory(root, { commits: 100, characters: 1_000_000, signal: new AbortController().signal, ...bounds });

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'waggle-history-'));
    git('init', '--quiet');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('are found after they were deleted, once, at the line they had, and not told', async () => {
    commit('a.ts', `one\ntwo\nconst t = '${GITHUB}';\n`);
    commit('a.ts', 'one\n');
    commit('a.ts', `one\n+++ b\n@@ -1 +1 @@\nconst t = '${GITHUB}';\n`);
    const found = await search();
    expect(found).toMatchObject({ cut: false, secrets: [{ rule: 'security/secret/github', path: 'a.ts', line: 3, commits: 2 }] });
    expect(JSON.stringify(found)).not.toContain(GITHUB.slice(8));
  });

  it('are looked for in other branches too, and no program of the repository runs', async () => {
    commit('a.ts', 'one\n');
    git('checkout', '--quiet', '-b', 'side');
    commit('ä b.ts', `x = '${GITHUB}'\n`);
    git('checkout', '--quiet', '-');
    writeFileSync(join(root, '.gitattributes'), '* diff=evil\n');
    git('config', 'diff.evil.textconv', `touch ${join(root, 'ran')};cat`);
    git('config', 'diff.external', `touch ${join(root, 'ran')}`);
    expect((await search()).secrets).toMatchObject([{ path: 'ä b.ts', line: 1 }]);
    expect(() => execFileSync('ls', [join(root, 'ran')], { stdio: 'pipe' })).toThrow();
  });

  it('end at their bounds and say so', async () => {
    commit('a.ts', `x = '${GITHUB}'\n`);
    commit('b.ts', 'one\n');
    expect(await search({ commits: 1 })).toEqual({ secrets: [], cut: true });
    expect(await search({ characters: 10 })).toEqual({ secrets: [], cut: true });
  });

  it('are refused where there is no repository', async () => {
    rmSync(join(root, '.git'), { recursive: true });
    await expect(search()).rejects.toMatchObject({ code: 'BAD_USAGE' });
  });
});
