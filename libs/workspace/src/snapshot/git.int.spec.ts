import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientManifest, type Bus } from '@waggle/bus';
import { testBroker } from '@waggle/testkit';
import { cutIntoParts, openWorkspace, snapshot, type Workspace } from '../index.js';

const TENANT = 'default';
let bus: Bus;
let root: string;

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', root, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'commit.gpgsign=false', ...args], {
    encoding: 'utf8',
    env: { ...process.env, GIT_AUTHOR_DATE: '2024-02-01T12:00:00Z', GIT_COMMITTER_DATE: '2024-02-01T12:00:00Z' },
  });
const file = (path: string, content: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
};
const commit = (): void => {
  git('add', '-A');
  git('commit', '-q', '-m', 'x');
};
const taken = async (path = root, since?: string): Promise<Workspace> =>
  openWorkspace(bus, TENANT, await snapshot(path, { bus, tenant: TENANT, since }));

beforeAll(async () => {
  const manifest = clientManifest('client', TENANT);
  const broker = await testBroker({ manifests: [manifest], secure: true });
  bus = await broker.busFor(manifest);
}, 60_000);

beforeEach(() => {
  root = mkdtempSync(join(realpathSync(tmpdir()), 'waggle-git-'));
  git('init', '-q');
  file('a.ts', '// one\n// TODO: two\n// three\n');
  file('sub/ü b.ts', 'x\n');
  file('gone.ts', 'x\n');
  commit();
  file('a.ts', '// one\n// TODO: two\n// four\n');
  commit();
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('what git knows of a workspace', () => {
  it('is how often files changed, and who left work undone', async () => {
    file('a.ts', '// FIXME not committed\n// one\n// TODO: two\n// four\n');
    const { git: facts, repository } = await taken();
    expect(facts).toMatchObject({ time: 1_706_788_800, churn: { 'a.ts': 2, 'sub/ü b.ts': 1 } });
    expect(facts!.marks).toEqual({ 'a.ts': [{ line: 3, author: 'Ada', time: 1_706_788_800 }] });
    expect(facts!.changed).toBeUndefined();
    expect(repository).toMatch(/^[0-9a-f]{32}$/);
  });

  it('names paths as the workspace does, when that is a part of a repository', async () => {
    const { git: facts, repository } = await taken(join(root, 'sub'));
    expect(facts!.churn).toEqual({ 'ü b.ts': 1 });
    expect(repository).not.toBe((await taken()).repository);
  });

  it('knows a repository again by its address, however it is reached, and by nothing secret', async () => {
    git('remote', 'add', 'origin', 'https://someone:token@example.org/team/thing.git');
    const first = (await taken()).repository;
    git('remote', 'set-url', 'origin', 'git@example.org:team/thing');
    expect((await taken()).repository).toBe(first);
    git('remote', 'set-url', 'origin', 'git@example.org:team/other');
    expect((await taken()).repository).not.toBe(first);
  });

  it('is nothing where there is no repository', async () => {
    const plain = mkdtempSync(join(realpathSync(tmpdir()), 'waggle-plain-'));
    cpSync(join(root, 'sub'), plain, { recursive: true });
    try {
      const workspace = await taken(plain);
      expect([workspace.git, workspace.repository]).toEqual([undefined, undefined]);
      await expect(taken(plain, 'main')).rejects.toMatchObject({ code: 'BAD_USAGE', path: 'since' });
    } finally {
      rmSync(plain, { recursive: true });
    }
  });

  it('runs nothing that the repository names', async () => {
    const trap = join(root, 'trap');
    for (const key of ['core.fsmonitor', 'diff.external', 'diff.x.textconv', 'core.pager', 'blame.ignoreRevsFile'])
      git('config', key, key.startsWith('blame') ? '' : `touch ${trap}; false`);
    file('.gitattributes', '*.ts diff=x\n');
    file('a.ts', '// TODO changed\n');
    await taken(root, 'HEAD');
    expect((await taken()).entries.map(({ path }) => path)).not.toContain('trap');
  });
});

describe('only what changed', () => {
  it('is looked at: lines, files not committed, and new ones', async () => {
    file('a.ts', '// one\n// TODO: two\n// five\n// six\n');
    file('sub/ü b.ts', 'x\ny\n');
    file('new.ts', 'n\n');
    rmSync(join(root, 'gone.ts'));
    const workspace = await taken(root, 'HEAD');
    expect(workspace.git!.changed!.files).toEqual({ 'a.ts': [[3, 4]], 'new.ts': [[1, Number.MAX_SAFE_INTEGER]], 'sub/ü b.ts': [[2, 2]] });
    file('same.ts', 'never changed\n');
    commit();
    const later = await taken(root, 'HEAD~1');
    expect(later.isInFocus('a.ts')).toBe(true);
    const quiet = await taken(root, 'HEAD');
    expect(quiet.entries.some(({ path }) => quiet.isInFocus(path))).toBe(false);
    expect(cutIntoParts(quiet.entries, { counts: ({ path }) => quiet.isInFocus(path) })).toEqual([]);
    const [part] = cutIntoParts(later.entries, { counts: ({ path }) => later.isInFocus(path) });
    const read: string[] = [];
    for await (const { path } of later.shard(part!)) read.push(path);
    expect(read).toEqual(['a.ts', 'new.ts', 'same.ts', 'sub/ü b.ts']);
  });

  it('since a commit that is none is refused', async () => {
    for (const since of ['nowhere', '--output=/tmp/x', ''])
      await expect(taken(root, since)).rejects.toMatchObject({ code: 'BAD_USAGE', path: 'since' });
  });
});
