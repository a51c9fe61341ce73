import type { AuditReport, ReportFinding } from '@waggle/analysis';
import { consolidate } from './consolidate.js';
import { withTrend, type History } from './trend.js';

const finding = (id: string): ReportFinding =>
  ({ id: id.repeat(16), rule: 'debt/x', severity: 'low', file: `${id}.ts`, line: 1, column: 1 }) as ReportFinding;
const base = consolidate({ workspace: { root: 'x', manifest: 'f'.repeat(64), bytes: 0, ignored: 0, entries: [] }, debt: [], security: [] });
const reportOf = (...ids: string[]): AuditReport => ({ ...base, findings: ids.map(finding) });
const run = (flowId: string) => ({ flowId, at: `2026-01-0${flowId}T00:00:00.000Z` });
const told = ({ report: { trend, findings } }: { report: AuditReport }) => ({
  runs: trend?.runs.map(({ at }) => at[9]),
  added: findings.filter(({ isNew }) => isNew).map(({ file }) => file),
  fixed: trend?.fixed.map(({ file }) => file),
});

describe('the trend', () => {
  it('begins with the first audit, and names what came and went since the one before', () => {
    const first = withTrend(reportOf('a', 'b'), undefined, run('1'));
    expect(told(first)).toEqual({ runs: undefined, added: [], fixed: undefined });
    const second = withTrend(reportOf('b', 'c'), first.history, run('2'));
    expect(told(second)).toEqual({ runs: ['1', '2'], added: ['c.ts'], fixed: ['a.ts'] });
    const third = withTrend(reportOf('b', 'c'), second.history, run('3'));
    expect(told(third)).toEqual({ runs: ['1', '2', '3'], added: [], fixed: [] });
  });

  it('counts a task that is done again once, and compares it as it did', () => {
    const first = withTrend(reportOf('a'), undefined, run('1'));
    expect(told(withTrend(reportOf('a'), first.history, run('1')))).toEqual({ runs: undefined, added: [], fixed: undefined });
    const second = withTrend(reportOf('b'), first.history, run('2'));
    expect(told(withTrend(reportOf('b'), second.history, run('2')))).toEqual(told(second));
  });

  it('remembers fifty audits', () => {
    let history: History | undefined;
    for (let n = 0; n < 70; n++) history = withTrend(reportOf('a'), history, { flowId: String(n), at: String(n) }).history;
    expect([history!.runs.length, history!.runs[0]!.at, history!.runs.at(-1)!.at]).toEqual([50, '20', '69']);
  });
});
