import { FindingList } from './finding-list.js';
import type { RuleInfo } from './finding.js';
import { DebtReport } from './specialist-report.js';
import { validatorOf } from '@waggle/protocol';

const rule: RuleInfo = { id: 'debt/x', title: 'X', severity: 'low', category: 'debt', why: 'w', remedy: 'r' };
const at = (line: number) => ({ rule, place: { line, endLine: line, column: 1, endColumn: 2 }, message: 'm', subject: 'foo( a )' });

describe('findings', () => {
  it('keep their id when lines move, and differ when the same stands twice', () => {
    const ids = (...lines: number[]): string[] => {
      const list = new FindingList('s', 'f.ts', ['a', 'b', 'c']);
      lines.forEach((line) => list.add(at(line)));
      return list.findings.map((finding) => finding.id);
    };
    expect(ids(1)).toEqual(ids(3));
    expect(new Set(ids(1, 2)).size).toBe(2);
    expect(ids(1, 2)).toEqual(ids(2, 3));
  });

  it('travel in reports whose schema knows every field', () => {
    const list = new FindingList('s', 'f.ts', ['a', 'b']);
    list.add({ ...at(1), metrics: [{ name: 'lines', value: 3, limit: 2 }], related: [{ file: 'g.ts', line: 1, endLine: 2 }] });
    const report: DebtReport = {
      specialist: 's',
      files: 1,
      findings: list.findings,
      rules: [rule],
      skipped: [{ file: 'g', reason: 'r' }],
      omitted: 0,
      metrics: [],
    };
    const check = validatorOf(DebtReport);
    expect(check(JSON.parse(JSON.stringify(report)))).toEqual([]);
    expect(check({ ...report, findings: [{ ...list.findings[0]!, severity: 'awful' }] })).toHaveLength(1);
    expect(check({ ...report, metrics: [{ file: 1 }] }).length).toBeGreaterThan(0);
  });
});
