import { createHash } from 'node:crypto';
import type { Timeline } from '../audit-report.js';
import { sampleFile, sampleFinding, sampleReport } from '../fixtures/sample-report.js';
import { MAX_SHOWN } from './findings.js';
import { renderHtml } from './render-html.js';
import { TIMELINE_PLACEHOLDER } from './timeline.js';

const ATTACK = `"><script>alert(1)</script><img src=x onerror=alert(1)>'\`\u202e`;
const TIMELINE: Timeline = {
  total: 5000,
  rows: [{ step: 'debt', label: '1', agent: 'tech-debt-tracker', attempt: 2, start: 100, end: 900, outcome: 'completed' }],
};

/** Everything between `<` and `>`: what the browser takes for tags. */
const tags = (page: string): string[] => page.replace(/<style>[^]*?<\/style>|<script>[^]*?<\/script>/g, '').match(/<[a-z!/][^>]*>/gi) ?? [];

describe('the page', () => {
  it('escapes everything that comes from outside', () => {
    const finding = sampleFinding({
      file: ATTACK,
      message: ATTACK,
      title: ATTACK,
      why: ATTACK,
      remedy: ATTACK,
      specialist: ATTACK,
      rule: ATTACK,
      evidence: { from: 3, lines: [ATTACK, '</span></code></pre></section><script>alert(2)</script>'] },
      related: [{ file: ATTACK, line: 1, endLine: 2 }],
      author: ATTACK,
      since: ATTACK,
      isNew: true,
    });
    const known = { id: ATTACK, rule: ATTACK, severity: 'low' as const, file: ATTACK, line: 1 };
    const run = { at: ATTACK, score: 1, grade: ATTACK, total: 1, bySeverity: sampleReport().counts.bySeverity, effort: 1, lines: 1 };
    const base = sampleReport();
    const page = renderHtml(
      sampleReport({
        findings: [finding],
        files: [sampleFile({ file: ATTACK, churn: 3 })],
        trend: { runs: [run, run], added: 1, fixed: [known], fixedTotal: 1 },
        excused: [{ ...known, by: 'comment', reason: ATTACK }],
        scope: { since: ATTACK, files: 1 },
        notAnalysed: [{ file: ATTACK, reason: ATTACK }],
        workspace: { ...base.workspace, root: ATTACK },
        languages: [{ language: ATTACK, files: 1, lines: 1 }],
        counts: { ...base.counts, bySpecialist: { [ATTACK]: 1 } },
      }),
      { timeline: { total: 10, rows: [{ ...TIMELINE.rows[0]!, step: ATTACK, label: ATTACK, agent: ATTACK }] } },
    );
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toMatch(/<img/);
    expect(page).not.toContain('\u202e');
    for (const tag of tags(page)) expect(tag.replace(/"[^"]*"/g, '""')).not.toMatch(/\son[a-z]+\s*=|javascript:/i);
  });

  it('lets the browser run its own script and style only, and ask for nothing', () => {
    const page = renderHtml(sampleReport());
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)![1]!.replaceAll('&#39;', "'");
    const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src ${digest(/<script>([^]*?)<\/script>/.exec(page)![1]!)}`);
    expect(policy).toContain(`style-src ${digest(/<style>([^]*?)<\/style>/.exec(page)![1]!)}`);
    expect(page).not.toMatch(/(?:src|href)="(?!#)/);
    expect(page).not.toMatch(/\sstyle="/);
  });

  it('shows the code with its line marked, why it matters and what to do', () => {
    const page = renderHtml(sampleReport());
    expect(page).toContain('<span class="l on" data-n="3">const work = 1;');
    expect(page).toContain('<span class="l" data-n="2">// before');
    expect(page).toContain('<code>work</code> has 20 paths.');
    expect(page).toContain('It is hard to follow.');
    expect(page).toContain('Cut it.');
    expect(page).toContain('1 file: it is binary');
  });

  it('draws how the flow ran when it is told, and keeps a mark when it is not', () => {
    expect(renderHtml(sampleReport())).toContain(TIMELINE_PLACEHOLDER);
    const page = renderHtml(sampleReport(), { timeline: TIMELINE });
    expect(page).not.toContain(TIMELINE_PLACEHOLDER);
    expect(page).toContain('debt 1: 800 ms on tech-debt-tracker, attempt 2, completed');
  });

  it('stays a page that opens with five thousand findings, and says what it leaves out', () => {
    const findings = Array.from({ length: 5000 }, (_, at) =>
      sampleFinding({ id: at.toString(16).padStart(16, '0'), file: `src/${at % 700}.ts` }),
    );
    const page = renderHtml(
      sampleReport({ findings, files: Array.from({ length: 700 }, (_, at) => sampleFile({ file: `src/${at}.ts` })) }),
    );
    expect(page.match(/<details class="finding"/g)).toHaveLength(MAX_SHOWN);
    expect(page).toContain('3,500 more stand in report.json');
    expect(page.length).toBeLessThan(4_000_000);
  });

  it('can be read when there is nothing to tell', () => {
    const page = renderHtml(sampleReport({ findings: [], files: [], notAnalysed: [], languages: [] }));
    expect(page).toContain('Nothing was found');
    expect(page.replace(/<script>[^]*?<\/script>/, '')).not.toMatch(/NaN|undefined|Infinity/);
  });
});
