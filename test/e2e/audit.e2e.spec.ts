import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AuditReport } from '@waggle/analysis';
import { eventually } from '@waggle/testkit';
import type { Result } from './cli-process.js';
import { BOUND, Place } from './place.js';

jest.setTimeout(BOUND);

/** Seventeen paths: two too many. With another comparison it is no copy. */
const branchy = (name: string, compare = '==='): string =>
  `export function ${name}(a, b) {\n${Array.from({ length: 8 }, (_, at) => `  if (a ${compare} ${at}) { if (b) return ${at}; }`).join('\n')}\n}\n`;

describe('an audit, again and again', () => {
  let place: Place;
  let folder: string;

  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false', ...args], {
      encoding: 'utf8',
    });
  const file = async (name: string, content: string): Promise<void> => {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  };
  const commit = (): void => {
    git('add', '-A');
    git('commit', '-q', '-m', 'x');
  };
  const audit = async (...more: string[]): Promise<Result & { report: AuditReport }> => {
    const out = path.join(place.dir, 'report');
    const result = await place.cli(['audit', folder, '--out', out, ...more]);
    const text = await readFile(path.join(out, 'report.json'), 'utf8').catch(() => 'null');
    return { ...result, report: JSON.parse(text) as AuditReport };
  };
  const names = ({ report }: { report: AuditReport }): string[] =>
    report.findings.map(({ rule, file: of, line, isNew }) => `${rule} ${of}:${line}${isNew ? ' new' : ''}`).sort();

  beforeAll(async () => {
    place = await Place.make();
    folder = path.join(place.dir, 'project');
    await file('src/a.js', branchy('first'));
    await file('src/b.js', '// TODO: more\nexport const b = 1;\n');
    git('init', '-q');
    commit();
    await place.up();
  });
  afterAll(() => place.remove());

  test('fails on what it is told to, writes the report, and remembers it', async () => {
    const first = await audit('--fail-on', 'medium');
    expect(first.stderr).toContain('1 finding of severity medium or worse');
    expect(first.code).toBe(1);
    expect(names(first)).toEqual(['debt/complexity src/a.js:1', 'debt/todo src/b.js:1']);
    expect(first.report.trend).toBeUndefined();
    expect(first.report.findings.find(({ rule }) => rule === 'debt/todo')).toMatchObject({ author: 'Ada' });
    const second = await audit('--fail-on', 'high');
    expect(second.code).toBe(0);
    expect(second.report.trend).toMatchObject({ added: 0, fixedTotal: 0, runs: [{ total: 2 }, { total: 2 }] });
    const { trend: _, ...rest } = second.report;
    expect(rest).toEqual(first.report);
  });

  test('goes on, on a mesh of its own, while somebody is let in there', async () => {
    const own = await Place.make();
    try {
      const running = own.start(['audit', folder, '--out', path.join(own.dir, 'report')]);
      const { owner } = await eventually(() => own.state().catch(() => undefined), { timeout: 60_000 });
      // as `waggle allow` says it
      process.kill(owner.pid, 'SIGUSR2');
      expect((await running.ended).code).toBe(0);
    } finally {
      await own.remove();
    }
  });

  test('names what is new and what was fixed', async () => {
    await file('src/a.js', '// mended\nexport const first = 1;\n');
    await file('src/c.js', branchy('third'));
    const third = await audit();
    expect(names(third)).toEqual(['debt/complexity src/c.js:1 new', 'debt/todo src/b.js:1']);
    expect(third.report.trend!.fixed).toMatchObject([{ rule: 'debt/complexity', file: 'src/a.js' }]);
    expect(third.stdout).toContain('since the last audit: 1 new, 1 fixed');
  });

  test('tells GitHub, each finding in one line', async () => {
    const told = await audit('--format', 'github');
    expect(told.stdout).toMatch(/^::warning file=src\/c\.js,line=1,endLine=\d+,title=Complex function \(medium\)::/m);
  });

  test('leaves alone what a comment with a reason excuses, and tells of an excuse for nothing', async () => {
    await file('src/c.js', `// waggle-ignore debt/complexity it is a table\n${branchy('third')}`);
    await file('src/b.js', '// waggle-ignore debt/complexity why not\nexport const b = 1;\n');
    const excused = await audit('--fail-on', 'medium');
    expect(excused.code).toBe(0);
    expect(names(excused)).toEqual(['review/unused-excuse src/b.js:1 new']);
    expect(excused.report.excused).toMatchObject([{ rule: 'debt/complexity', file: 'src/c.js', by: 'comment', reason: 'it is a table' }]);
  });

  test('lives with a baseline: what was there does not fail, what comes does', async () => {
    await file('src/b.js', 'export const b = 1;\n');
    await file('src/c.js', branchy('third'));
    expect((await audit('--write-baseline')).code).toBe(0);
    const calm = await audit('--fail-on', 'medium');
    expect([calm.code, names(calm), calm.report.excused.map(({ by }) => by)]).toEqual([0, [], ['baseline']]);
    await file('src/d.js', branchy('fourth', '!=='));
    const alarmed = await audit('--fail-on', 'medium');
    expect([alarmed.code, names(alarmed)]).toEqual([1, ['debt/complexity src/d.js:1 new']]);
    const elsewhere = await place.file('empty.json', '{"version":1,"findings":[]}');
    expect(names(await audit('--baseline', elsewhere))).toHaveLength(2);
  });

  test('looks only at what changed, and only at changed lines', async () => {
    commit();
    await file('src/d.js', `${branchy('fourth', '!==')}\n${branchy('fifth', '>=')}`);
    const changed = await audit('--since', 'HEAD');
    expect(names(changed)).toEqual(['debt/complexity src/d.js:12']);
    expect(changed.report.scope).toMatchObject({ files: 1 });
    expect(changed.report.trend).toBeUndefined();
  });

  test.each([
    [['--fail-on', 'terrible'], 'critical, high, medium, low, info, never'],
    [['--format', 'xml'], 'text, github'],
    [['--since', 'nowhere'], 'git knows no such commit'],
    [['--baseline', 'nothing.json'], 'there is no such file'],
  ])('%j is refused', async (options, why) => {
    const refused = await audit(...options);
    expect(refused.stderr).toContain(why);
    expect(refused.code).toBe(2);
  });
});
