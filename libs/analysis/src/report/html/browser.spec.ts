import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Browser, findBrowser } from '../../../test/browser.js';
import type { AuditReport, AuditRun } from '../audit-report.js';
import { sampleFile, sampleFinding, sampleReport } from '../fixtures/sample-report.js';
import { renderHtml } from './render-html.js';

const file = findBrowser();
if (file === undefined) process.stderr.write('skipped: the report in a browser, for there is no Chromium on PATH nor in CHROME_PATH\n');
const inBrowser = file === undefined ? describe.skip : describe;

const LONG = 'packages/a-very-long-folder-name-that-does-not-break/another_long_one/and-a-file-with-quite-a-name.service.ts';

/** A report with everything in it that a report may have, and names that are wider than a phone. */
const report = ((): AuditReport => {
  const files = ['src/a.ts', 'src/b.ts', LONG];
  const others = (['critical', 'high', 'info'] as const).map((severity, n) =>
    sampleFinding({ id: `d${n}`.repeat(8), file: 'src/c.ts', severity }),
  );
  const own = files.flatMap((path, n) => [
    sampleFinding({ id: `${n}a`.repeat(8), file: path, isNew: true, effort: 1.5 }),
    sampleFinding({
      id: `${n}b`.repeat(8),
      file: path,
      severity: 'low',
      message: `\`${'x'.repeat(120)}\` is wide`,
      author: 'Ada',
      since: '2024-02-01',
    }),
  ]);
  const findings = [...others, ...own];
  const run = (at: string, score: number, total: number): AuditRun => ({
    at,
    score,
    total,
    grade: 'B',
    bySeverity: { critical: 0, high: 0, medium: 1, low: 0, info: 0 },
    effort: 3,
    lines: 100,
  });
  const known = { id: 'c'.repeat(16), rule: 'debt/x', severity: 'high' as const, file: LONG, line: 3 };
  return sampleReport({
    findings,
    files: files.map((path, n) => sampleFile({ file: path, churn: 3 * n + 1, complexitySum: 20 * (n + 1), heat: 30 * (n + 1) })),
    trend: { runs: [run('2026-01-01T00:00:00Z', 60, 9), run('2026-02-01T00:00:00Z', 87, 6)], added: 3, fixed: [known], fixedTotal: 1 },
    excused: [{ ...known, by: 'comment', reason: 'it is a table' }],
    scope: { since: 'a'.repeat(40), files: 3 },
  });
})();

inBrowser('the report in a browser', () => {
  let browser: Browser;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'waggle-report-'));
    writeFileSync(join(folder, 'report.html'), renderHtml(report));
    url = pathToFileURL(join(folder, 'report.html')).href;
    browser = await Browser.start(file!);
  }, 60_000);

  afterAll(async () => {
    await browser?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(() => expect(browser.complaints).toEqual([]));

  it.each([
    [375, false],
    [375, true],
    [1280, false],
    [1280, true],
  ])('fits a window %i wide (dark: %s), and can be read', async (width, dark) => {
    await browser.open(url, { width, dark });
    expect(await browser.evaluate('document.scrollingElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    // contrast of text as WCAG 2.2 counts it, of everything that is seen
    const faint = await browser.evaluate<string[]>(`(() => {
      const rgb = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
      const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const behind = (el) => { for (; el; el = el.parentElement) { const c = rgb(getComputedStyle(el).backgroundColor); if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
      const bad = [];
      for (const el of document.querySelectorAll('body *')) {
        if (el.closest('svg, .zero, [aria-pressed=false]') || !el.checkVisibility?.() || ![...el.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
        const [a, b] = [light(rgb(getComputedStyle(el).color)), light(behind(el))].sort((x, y) => y - x);
        const ratio = (a + 0.05) / (b + 0.05);
        if (ratio < 4.5) bad.push(el.className + ' ' + el.textContent.slice(0, 30) + ' ' + ratio.toFixed(2));
      }
      return [...new Set(bad)];
    })()`);
    expect(faint).toEqual([]);
  });

  it('is the whole report without scripts', async () => {
    await browser.open(url, { width: 1280, scripts: false });
    const { root } = await browser.send<{ root: { nodeId: number } }>('DOM.getDocument', {});
    const count = async (selector: string): Promise<number> =>
      (await browser.send<{ nodeIds: number[] }>('DOM.querySelectorAll', { nodeId: root.nodeId, selector })).nodeIds.length;
    expect(await count('details.finding')).toBe(report.findings.length);
    expect(await count('.finding[hidden]')).toBe(0);
    expect(await count('.tools[hidden]')).toBe(1);
  });

  it('is used by keyboard: a way past the head, findings opened, the new ones alone, a link that opens what it leads to', async () => {
    await browser.open(url, { width: 1280 });
    await browser.press('Tab');
    expect(await browser.evaluate('document.activeElement.className')).toBe('skip');
    const focus = (selector: string): Promise<unknown> => browser.evaluate(`document.querySelector(${JSON.stringify(selector)}).focus()`);
    await focus('details.finding:not([open]) > summary');
    await browser.evaluate('document.activeElement.parentElement.id = "tried"');
    await browser.press('Enter');
    expect(await browser.evaluate('document.getElementById("tried").open')).toBe(true);
    await focus('button[data-only]');
    await browser.press('Enter');
    expect(await browser.evaluate('document.querySelectorAll(".finding:not([hidden])").length')).toBe(3);
    await browser.press('Enter');
    const last = `i${report.findings.at(-2)!.id}`;
    await browser.evaluate(`location.hash = ${JSON.stringify(last)}`);
    await browser.evaluate('new Promise(requestAnimationFrame)');
    expect(await browser.evaluate(`document.getElementById(${JSON.stringify(last)}).open`)).toBe(true);
    // everything that does something is reached by Tab
    expect(await browser.evaluate('document.querySelectorAll("[tabindex]:not([tabindex=\\"0\\"]), [onclick]").length')).toBe(0);
  });

  it('prints on white, with every finding open and nothing cut', async () => {
    await browser.open(url, { width: 1280, dark: true });
    await browser.emulate({ dark: true, media: 'print' });
    expect(await browser.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    const closed = await browser.evaluate(
      '[...document.querySelectorAll(".finding .more")].filter((el) => el.getBoundingClientRect().height < 20).length',
    );
    expect(closed).toBe(0);
    expect(await browser.evaluate('getComputedStyle(document.querySelector(".tools")).display')).toBe('none');
    const { data } = await browser.send<{ data: string }>('Page.printToPDF', { preferCSSPageSize: true });
    expect(Buffer.from(data, 'base64').subarray(0, 5).toString()).toBe('%PDF-');
  });
});
