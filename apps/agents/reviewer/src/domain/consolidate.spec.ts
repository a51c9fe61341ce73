import { FindingList, renderHtml, toSarif, type DebtReport, type Finding, type RuleInfo, type SecurityReport } from '@waggle/analysis';
import type { Severity } from '@waggle/protocol';
import fc from 'fast-check';
import { consolidate, type ConsolidateSource } from './consolidate.js';

const rule = (id: string, severity: Severity): RuleInfo => ({
  id,
  title: id,
  severity,
  category: id.startsWith('debt') ? 'debt' : 'security',
  why: `why ${id}`,
  remedy: `remedy ${id}`,
});
const RULES = {
  complexity: rule('debt/complexity', 'medium'),
  todo: rule('debt/todo', 'info'),
  eval: rule('security/eval', 'high'),
  aws: rule('security/secret/aws', 'critical'),
  basic: rule('security/secret/basicauth', 'critical'),
};

interface At {
  lines?: string[];
  message?: string;
  column?: number;
  endColumn?: number;
}

/** A finding at `file:line`. */
const find = (where: string, of: RuleInfo, { lines, message = 'm', column = 1, endColumn = 5 }: At = {}): Finding => {
  const [file, number] = where.split(':') as [string, string];
  const line = Number(number);
  const specialist = of.category === 'debt' ? 'tech-debt-tracker' : 'security-auditor';
  const list = new FindingList(specialist, file, lines ?? Array.from({ length: 20 }, (_, at) => `line ${at + 1}`));
  list.add({ rule: of, place: { line, endLine: line, column, endColumn }, message, subject: where });
  return list.findings[0]!;
};

const debt = (files: string[], findings: Finding[], more: Partial<DebtReport> = {}): DebtReport => ({
  specialist: 'tech-debt-tracker',
  files: files.length,
  findings,
  rules: [RULES.complexity, RULES.todo],
  skipped: [],
  omitted: 0,
  metrics: files.map((file) => ({
    file,
    language: 'typescript',
    lines: 100,
    functions: 3,
    complexityMax: 4,
    complexitySum: 8,
    parseErrors: 0,
  })),
  ...more,
});

const security = (files: string[], findings: Finding[], more: Partial<SecurityReport> = {}): SecurityReport => ({
  specialist: 'security-auditor',
  files: files.length,
  findings,
  rules: [RULES.eval, RULES.aws, RULES.basic],
  skipped: [],
  omitted: 0,
  ...more,
});

const source = (more: Partial<ConsolidateSource> = {}): ConsolidateSource => ({
  workspace: {
    root: 'project',
    manifest: 'f'.repeat(64),
    bytes: 1234,
    ignored: 1,
    entries: [
      { path: 'a.ts', kind: 'text', size: 10 },
      { path: 'b.ts', kind: 'text', size: 10 },
      { path: 'c.png', kind: 'binary', size: 10, reason: 'it is binary' },
      { path: 'd.md', kind: 'text', size: 10 },
      { path: 'lost.ts', kind: 'text', size: 10 },
    ],
  },
  debt: [
    debt(['a.ts'], [find('a.ts:3', RULES.complexity), find('a.ts:9', RULES.todo)]),
    debt(['b.ts'], [find('b.ts:1', RULES.complexity)], { skipped: [{ file: 'd.md', reason: 'no parser' }] }),
  ],
  security: [
    security(['a.ts'], [find('a.ts:5', RULES.eval)]),
    security(['b.ts', 'd.md'], [], { skipped: [{ file: 'd.md', reason: 'no parser; looked through for secrets' }] }),
  ],
  ...more,
});

describe('the report', () => {
  it('holds what all specialists found, worst first, with what the rules say', () => {
    const report = consolidate(source());
    expect(report.findings.map(({ file, line, rule }) => `${file}:${line} ${rule}`)).toEqual([
      'a.ts:5 security/eval',
      'a.ts:3 debt/complexity',
      'b.ts:1 debt/complexity',
      'a.ts:9 debt/todo',
    ]);
    expect(report.findings[0]).toMatchObject({ why: 'why security/eval', remedy: 'remedy security/eval' });
    expect(report.counts).toMatchObject({
      total: 4,
      bySeverity: { critical: 0, high: 1, medium: 2, low: 0, info: 1 },
      bySpecialist: { 'security-auditor': 1, 'tech-debt-tracker': 3 },
    });
    expect(report.files[0]).toMatchObject({ file: 'a.ts', findings: 3, worst: 'high', heat: 100 });
  });

  it('names every path that was not analysed, also one that nobody spoke of', () => {
    expect(consolidate(source()).notAnalysed).toEqual([
      { file: 'c.png', reason: 'it is binary' },
      { file: 'd.md', reason: 'no parser; looked through for secrets' },
      { file: 'lost.ts', reason: 'no specialist reported on it' },
    ]);
  });

  it('says of a text that was decoded how', () => {
    const { workspace, ...rest } = source();
    const entries = workspace.entries.map((entry) => (entry.path === 'a.ts' ? { ...entry, reason: 'it was read as Windows-1252' } : entry));
    expect(consolidate({ ...rest, workspace: { ...workspace, entries } }).notAnalysed).toContainEqual({
      file: 'a.ts',
      reason: 'it was read as Windows-1252',
    });
  });

  it('is the same, byte for byte, in whatever order reports come and however often', () => {
    const base = source();
    const all = JSON.stringify(consolidate(base));
    const [html, sarif] = [renderHtml(consolidate(base)), JSON.stringify(toSarif(consolidate(base), '1.0.0'))];
    const shuffled = <T>(items: readonly T[]): fc.Arbitrary<T[]> =>
      fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });
    const inside = <T extends DebtReport | SecurityReport>(report: T): fc.Arbitrary<T> =>
      shuffled(report.findings).map((findings) => ({ ...report, findings }));
    const reports = <T extends DebtReport | SecurityReport>(list: readonly T[]): fc.Arbitrary<T[]> =>
      fc.tuple(...[...list, ...list].map(inside)).chain((twice) => shuffled(twice));
    fc.assert(
      fc.property(reports(base.debt), reports(base.security), (debts, securities) => {
        const report = consolidate({ ...base, debt: debts, security: securities });
        expect(JSON.stringify(report)).toBe(all);
        expect(renderHtml(report)).toBe(html);
        expect(JSON.stringify(toSarif(report, '1.0.0'))).toBe(sarif);
      }),
      { numRuns: 50 },
    );
  });

  it('shows no secret, not in the code of another finding, not in its message', () => {
    const key = ['AKIA', '0123456789ABCDEF'].join('');
    const lines = ['const a = 1;', `// TODO rotate ${key} soon`, 'const b = 2;'];
    const column = lines[1]!.indexOf(key) + 1;
    const secret = find('a.ts:2', RULES.aws, { lines: ['', '// TODO rotate ******** soon', ''], column, endColumn: column + key.length });
    const todo = find('a.ts:2', RULES.todo, { lines, message: `TODO: rotate ${key} soon` });
    const near = find('a.ts:3', RULES.complexity, { lines });
    const report = consolidate(source({ debt: [debt(['a.ts'], [todo, near])], security: [security(['a.ts'], [secret])] }));
    expect(report.counts.total).toBe(3);
    expect(JSON.stringify(report)).not.toContain(key);
    expect(renderHtml(report)).not.toContain(key);
    expect(JSON.stringify(report)).toContain('const b = 2;');
  });

  it('counts one secret under two names once, and the same finding from two shards once', () => {
    const twice = find('a.ts:3', RULES.complexity);
    const report = consolidate(
      source({
        debt: [debt(['a.ts'], [twice]), debt(['a.ts'], [twice])],
        security: [security(['a.ts'], [find('a.ts:2', RULES.aws), find('a.ts:2', RULES.basic)])],
      }),
    );
    expect(report.findings.map((finding) => finding.rule)).toEqual(['security/secret/aws', 'debt/complexity']);
    expect(report.score).toBeLessThan(50);
  });

  it('of an empty audit is a report', () => {
    const report = consolidate({
      workspace: { root: 'x', manifest: 'f'.repeat(64), bytes: 0, ignored: 0, entries: [] },
      debt: [],
      security: [],
    });
    expect(report).toMatchObject({ score: 0, grade: '–', counts: { total: 0 } });
    expect(renderHtml(report).replace(/<script>[^]*?<\/script>/, '')).not.toMatch(/NaN|undefined/);
  });

  it('ranks by severity, how sure it is, and how many need the file', () => {
    const sure = find('a.ts:3', RULES.complexity);
    const unsure = { ...find('a.ts:9', RULES.complexity), confidence: 'low' as const };
    const needed = find('b.ts:1', RULES.complexity);
    const inTest = find('a.spec.ts:1', RULES.complexity);
    const modules = [
      { file: 'a.ts', imports: [{ from: './b.js', names: ['b'], types: false, line: 1 }], exports: [] },
      { file: 'b.ts', imports: [], exports: [] },
    ];
    const files = ['a.ts', 'b.ts', 'a.spec.ts'];
    const report = consolidate(source({ debt: [debt(files, [sure, unsure, needed, inTest], { modules })], security: [] }));
    expect(report.findings.map(({ file, line, priority }) => `${file}:${line} ${priority}`)).toEqual([
      'b.ts:1 40',
      'a.ts:3 28',
      'a.spec.ts:1 20',
      'a.ts:9 14',
    ]);
  });

  it('tells what git knows: hot is what is complex and changes, and who left work undone', () => {
    const git = {
      head: 'a'.repeat(40),
      time: 1_706_788_800 + 86_400 * 90,
      churn: { 'b.ts': 9, 'a.ts': 1 },
      marks: { 'a.ts': [{ line: 9, author: 'Ada', time: 1_706_788_800 }] },
    };
    const report = consolidate(source({ workspace: { ...source().workspace, git } }));
    expect(report.files.map(({ file, churn, heat }) => [file, churn, heat])).toEqual([
      ['b.ts', 9, 100],
      ['a.ts', 1, 33.3],
    ]);
    expect(report.findings.find(({ rule: id }) => id === 'debt/todo')).toMatchObject({ author: 'Ada', since: '2024-02-01', age: 90 });
  });

  it('of a change speaks of changed lines alone, and of what has to do with them', () => {
    const changed = { since: 'b'.repeat(40), files: { 'a.ts': [[5, 5]] as [number, number][] } };
    const git = { head: 'a'.repeat(40), time: 1, churn: {}, marks: {}, changed };
    const copy = { ...find('b.ts:1', RULES.complexity), related: [{ file: 'a.ts', line: 4, endLine: 6 }] };
    const report = consolidate(
      source({ workspace: { ...source().workspace, git }, debt: [debt(['a.ts'], [find('a.ts:3', RULES.todo), copy])] }),
    );
    expect(report.findings.map(({ file, line }) => `${file}:${line}`).sort()).toEqual(['a.ts:5', 'b.ts:1']);
    expect(report.scope).toEqual({ since: 'b'.repeat(40), files: 1 });
    expect(report.notAnalysed).toEqual([{ file: 'd.md', reason: 'no parser; looked through for secrets' }]);
  });
});
