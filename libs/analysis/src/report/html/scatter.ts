import { isTestFile } from '../../source/file-kind.js';
import type { FileSummary } from '../audit-report.js';
import type { Anchors } from './anchors.js';
import { count, markup, plural, shownPath, type Markup } from './markup.js';

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 52;
const RIGHT = 20;
const TOP = 16;
const BOTTOM = 44;

/** Files drawn, the hottest; names written beside the first of them. */
const DRAWN = 250;
const NAMED = 6;

/** Round numbers up to a most, about five, spread as the roots of the values are. */
const ticks = (most: number): number[] => {
  const all = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000].filter((tick) => tick <= most);
  return all.filter((_, at) => (all.length - 1 - at) % Math.max(1, Math.ceil(all.length / 6)) === 0);
};

const nameOf = (file: string): string => shownPath(file.slice(file.lastIndexOf('/') + 1));

/** Every file but tests by how often it changed and how complex it is: what is both stands in the upper right. Roots, so that the many small ones have room. */
export const scatter = (files: readonly FileSummary[], anchors: Anchors): Markup => {
  const drawn = files.filter(({ file, churn = 0, complexitySum }) => churn > 0 && complexitySum > 0 && !isTestFile(file)).slice(0, DRAWN);
  const mostChurn = Math.max(1, ...drawn.map(({ churn = 0 }) => churn));
  const mostComplex = Math.max(1, ...drawn.map(({ complexitySum }) => complexitySum));
  const x = (churn: number): number => LEFT + (WIDTH - LEFT - RIGHT) * Math.sqrt(churn / mostChurn);
  const y = (complexity: number): number => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * Math.sqrt(complexity / mostComplex);
  const radius = (lines: number): number => Math.min(20, 3 + Math.sqrt(lines) / 3);
  const at = (value: number): string => value.toFixed(1);
  const axes = markup`${ticks(mostChurn).map(
    (tick) =>
      markup`<line x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"></line><text x="${at(x(tick))}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${count(tick)}</text>`,
  )}${ticks(mostComplex).map(
    (tick) =>
      markup`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(tick))}" y2="${at(y(tick))}"></line><text x="${LEFT - 8}" y="${at(y(tick) + 4)}" text-anchor="end">${count(tick)}</text>`,
  )}<text class="axis" x="${WIDTH - RIGHT}" y="${HEIGHT - 6}" text-anchor="end">commits in a year →</text><text class="axis" x="${LEFT}" y="${TOP - 4}">↑ complexity</text>`;
  // The hottest last, so that they lie above.
  const dots = [...drawn].reverse().map((file) => {
    const { churn = 0, complexitySum, lines, heat } = file;
    const dot = markup`<circle class="dot-file" cx="${at(x(churn))}" cy="${at(y(complexitySum))}" r="${at(radius(lines))}" fill-opacity="${(0.15 + (heat / 100) * 0.7).toFixed(2)}"></circle><title>${shownPath(file.file)}: ${plural(churn, 'commit')}, complexity ${complexitySum}, ${plural(lines, 'line')}</title>`;
    const anchor = anchors.get(file.file);
    return anchor === undefined ? markup`<g>${dot}</g>` : markup`<a href="#${anchor}">${dot}</a>`;
  });
  const names = placed(
    drawn
      .slice(0, NAMED)
      .map(({ file, churn = 0, complexitySum, lines }) => ({ file, x: x(churn), y: y(complexitySum), room: radius(lines) + 4 })),
  ).map(
    ({ file, x: left, y: top, room }) =>
      markup`<text class="name" x="${at(left > WIDTH * 0.6 ? left - room : left + room)}" y="${at(top + 4)}"${left > WIDTH * 0.6 ? markup` text-anchor="end"` : ''}>${nameOf(file)}</text>`,
  );
  return markup`<svg class="scatter" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Files by how often they changed and how complex they are">${axes}${dots}${names}</svg>`;
};

interface Label {
  file: string;
  x: number;
  y: number;
  room: number;
}

/** Names without those that would be written over one before them. */
const placed = (labels: readonly Label[]): Label[] => {
  const kept: Label[] = [];
  for (const label of labels)
    if (kept.every((other) => Math.abs(other.y - label.y) > 13 || Math.abs(other.x - label.x) > 190)) kept.push(label);
  return kept;
};
