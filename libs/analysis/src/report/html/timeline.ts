import type { Timeline, TimelineRow } from '../audit-report.js';
import { markup, trusted, type Markup } from './markup.js';

const WIDTH = 1000;
const LEFT = 190;
const ROW = 15;
const HEAD = 24;

/** Rows drawn; of a larger flow the longest. */
const DRAWN = 120;

const seconds = (milliseconds: number): string =>
  milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;

/** Round steps of time, about six over the whole. */
const ticks = (total: number): number[] => {
  const rough = total / 6;
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? power * 10;
  return Array.from({ length: Math.floor(total / step) + 1 }, (_, at) => at * step);
};

const chosen = (rows: readonly TimelineRow[]): TimelineRow[] =>
  [...rows]
    .sort((a, b) => b.end - b.start - (a.end - a.start))
    .slice(0, DRAWN)
    .sort((a, b) => a.start - b.start || a.step.localeCompare(b.step) || a.label.localeCompare(b.label));

/** Where the caller that knows the flow puts the picture; a page without one keeps this mark. */
export const TIMELINE_PLACEHOLDER = '<!-- timeline -->';

/** How the flow ran, a bar for each task. */
export const timelineSection = (timeline: Timeline | undefined): Markup => {
  if (timeline === undefined) return trusted(TIMELINE_PLACEHOLDER);
  const rows = chosen(timeline.rows);
  const total = Math.max(timeline.total, 1, ...rows.map((row) => row.end));
  const x = (at: number): number => LEFT + (at / total) * (WIDTH - LEFT - 12);
  const height = HEAD + rows.length * ROW + 8;
  const bars = rows.map((row, at) => {
    const y = HEAD + at * ROW;
    const title = `${row.step} ${row.label}: ${seconds(row.end - row.start)} on ${row.agent}${row.attempt > 1 ? `, attempt ${row.attempt}` : ''}, ${row.outcome}`;
    return markup`<g><text x="${LEFT - 10}" y="${y + 11}" text-anchor="end">${row.step} ${row.label}</text><rect class="${row.outcome}" x="${x(row.start).toFixed(1)}" y="${y + 2}" width="${Math.max(2, x(row.end) - x(row.start)).toFixed(1)}" height="${ROW - 4}" rx="3"></rect><title>${title}</title></g>`;
  });
  const marks = ticks(total).map(
    (at) =>
      markup`<line x1="${x(at).toFixed(1)}" x2="${x(at).toFixed(1)}" y1="${HEAD - 6}" y2="${height}"></line><text x="${x(at).toFixed(1)}" y="12" text-anchor="middle">${seconds(at)}</text>`,
  );
  return markup`<h2 id="timeline">How the audit ran</h2><p class="soft small">${timeline.rows.length} tasks in ${seconds(timeline.total)}${timeline.rows.length > DRAWN ? `; the longest ${DRAWN} are drawn` : ''}. Point at a bar to see who worked on it.</p>
<div class="card scroll"><svg class="gantt" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Bars of when each task ran">${marks}${bars}</svg></div>`;
};
