import type { AuditReport, ReportFinding } from '@waggle/analysis';
import { baselineOf } from './baseline.js';
import { failing } from './fail-on.js';
import { githubAnnotations } from './github.js';

const finding = (more: Partial<ReportFinding> = {}): ReportFinding =>
  ({
    id: '0123456789abcdef',
    rule: 'debt/x',
    severity: 'medium',
    title: 'Title',
    file: 'src/a,b:c.ts',
    line: 3,
    endLine: 5,
    message: '100 % wrong\nhere.',
    remedy: 'Mend it.',
    ...more,
  }) as ReportFinding;

describe('annotations for GitHub', () => {
  it('are one line each, with nothing that ends a field early', () => {
    expect(githubAnnotations({ findings: [finding()] })).toEqual([
      '::warning file=src/a%2Cb%3Ac.ts,line=3,endLine=5,title=Title (medium)::100 %25 wrong%0Ahere. Mend it.',
    ]);
    const levels = (['critical', 'high', 'medium', 'low', 'info'] as const).map(
      (severity) => githubAnnotations({ findings: [finding({ severity })] })[0]!.split(' ')[0],
    );
    expect(levels).toEqual(['::error', '::error', '::warning', '::notice', '::notice']);
  });

  it('are fifty at most, and the rest is counted', () => {
    const lines = githubAnnotations({ findings: Array.from({ length: 70 }, () => finding()) });
    expect([lines.length, lines.at(-1)]).toEqual([51, '::notice::20 more findings stand in the report.']);
  });
});

describe('failing on a severity', () => {
  it('counts what is that bad or worse', () => {
    const findings = (['critical', 'high', 'medium', 'low', 'info'] as const).map((severity) => finding({ severity }));
    expect((['critical', 'high', 'medium', 'low', 'info', 'never'] as const).map((severity) => failing({ findings }, severity))).toEqual([
      1, 2, 3, 4, 5, 0,
    ]);
  });
});

describe('a written baseline', () => {
  it('holds what was found, keeps the reasons of the one before, and none of the excuses themselves', () => {
    const excused: AuditReport['excused'] = [
      { id: 'b'.repeat(16), rule: 'debt/y', severity: 'low', file: 'a.ts', line: 1, by: 'baseline', reason: 'legacy' },
      { id: 'c'.repeat(16), rule: 'debt/y', severity: 'low', file: 'a.ts', line: 2, by: 'comment', reason: 'table' },
    ];
    const findings = [finding({ file: 'b.ts' }), finding({ id: 'd'.repeat(16), rule: 'review/unused-excuse' })];
    expect(JSON.parse(baselineOf({ findings, excused }))).toEqual({
      version: 1,
      findings: [
        { id: 'b'.repeat(16), rule: 'debt/y', file: 'a.ts', reason: 'legacy' },
        { id: '0123456789abcdef', rule: 'debt/x', file: 'b.ts', reason: 'there when the baseline was written' },
      ],
    });
  });
});
