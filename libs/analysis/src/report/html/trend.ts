import type { AuditReport, AuditRun, KnownFinding } from '../audit-report.js';
import { count, markup, plural, shownPath, type Markup } from './markup.js';

const WIDTH = 640;
const HEIGHT = 150;
const LEFT = 34;
const BOTTOM = 22;
const TOP = 12;

/** Fixed findings that are written out. */
const LISTED = 20;

const dayOf = ({ at }: AuditRun): string => at.slice(0, 10);

/** The score of each run as a line, and how many findings there were as bars behind it. */
const curve = (runs: readonly AuditRun[]): Markup => {
  const most = Math.max(1, ...runs.map(({ total }) => total));
  const step = (WIDTH - LEFT - 40) / Math.max(1, runs.length - 1);
  const x = (at: number): number => LEFT + 20 + at * step;
  const height = HEIGHT - TOP - BOTTOM;
  const y = (part: number): number => TOP + height * (1 - part);
  const width = Math.min(26, step * 0.6);
  const line = runs.map(({ score }, at) => `${x(at).toFixed(1)},${y(score / 100).toFixed(1)}`).join(' ');
  return markup`<svg class="curve" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Score and findings of the last ${runs.length} audits">${[
    0, 50, 100,
  ].map(
    (tick) =>
      markup`<line x1="${LEFT}" x2="${WIDTH}" y1="${y(tick / 100)}" y2="${y(tick / 100)}"></line><text x="${LEFT - 8}" y="${y(tick / 100) + 4}" text-anchor="end">${tick}</text>`,
  )}${runs.map((run, at) => {
    const part = run.total / most;
    return markup`<rect x="${(x(at) - width / 2).toFixed(1)}" y="${y(part).toFixed(1)}" width="${width.toFixed(1)}" height="${(height * part).toFixed(1)}" rx="3"><title>${dayOf(run)}: ${plural(run.total, 'finding')}, score ${run.score}</title></rect>`;
  })}<polyline points="${line}"></polyline>${runs.map(
    ({ score }, at) => markup`<circle cx="${x(at).toFixed(1)}" cy="${y(score / 100).toFixed(1)}" r="3.5"></circle>`,
  )}<text x="${LEFT}" y="${HEIGHT - 5}">${dayOf(runs[0]!)}</text><text x="${WIDTH - 4}" y="${HEIGHT - 5}" text-anchor="end">${dayOf(runs.at(-1)!)}</text></svg>`;
};

const fixedItem = ({ rule, file, line, severity }: KnownFinding): Markup =>
  markup`<li><span class="badge ${severity}">${severity}</span> <span class="path">${shownPath(file)}:${line}</span> <span class="soft">${rule}</span></li>`;

const signed = (value: number): string => (value > 0 ? `+${count(value)}` : value < 0 ? `−${count(-value)}` : '±0');

/** What became of the repository since the last audit; nothing where this is the first. */
export const trendSection = ({ trend, counts }: AuditReport): Markup => {
  const previous = trend?.runs.at(-2);
  if (trend === undefined || previous === undefined) return markup``;
  const now = trend.runs.at(-1)!;
  const left = trend.fixedTotal - LISTED;
  return markup`<h2 id="trend">Since the last audit</h2>
<p class="soft small">That of ${dayOf(previous)} found ${plural(previous.total, 'finding')} and gave ${previous.score} of 100. Line: score; bars: findings.</p>
<div class="trend"><div class="card">${curve(trend.runs)}</div>
<div class="card deltas"><div><b class="${trend.added > 0 ? 'worse' : ''}">${count(trend.added)}</b><span>new</span></div><div><b class="${trend.fixedTotal > 0 ? 'better' : ''}">${count(trend.fixedTotal)}</b><span>fixed</span></div><div><b class="${now.score < previous.score ? 'worse' : now.score > previous.score ? 'better' : ''}">${signed(now.score - previous.score)}</b><span>score</span></div><div><b>${count(counts.total)}</b><span>findings now</span></div></div></div>${
    trend.fixed.length === 0
      ? ''
      : markup`<details class="card plain"><summary>${plural(trend.fixedTotal, 'finding is', 'findings are')} gone</summary><ul class="known">${trend.fixed.slice(0, LISTED).map(fixedItem)}${left > 0 ? markup`<li>and ${count(left)} more, in report.json</li>` : ''}</ul></details>`
  }`;
};
