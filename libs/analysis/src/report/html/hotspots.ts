import type { AuditReport, FileSummary } from '../audit-report.js';
import type { Anchors } from './anchors.js';
import { count, markup, plural, shownPath, type Markup } from './markup.js';
import { scatter } from './scatter.js';
import { treemap, type Cell } from './treemap.js';

const WIDTH = 720;
const HEIGHT = 400;

/** Files drawn one by one; the others share a cell. */
const DRAWN = 60;

/** Rows of the table. */
const LISTED = 10;

interface Drawn {
  size: number;
  label: string;
  title: string;
  heat: number;
  anchor?: string;
}

const nameOf = (path: string): string => shownPath(path.slice(path.lastIndexOf('/') + 1));

const describe = (file: FileSummary): string =>
  `${shownPath(file.file)}: ${plural(file.lines, 'line')}, complexity ${file.complexitySum} (at most ${file.complexityMax} in one function), ${plural(file.findings, 'finding')}`;

const items = (files: readonly FileSummary[], anchors: Anchors): Drawn[] => {
  // The hottest are drawn whatever their size, then the largest.
  const hot = files.filter((file) => file.heat > 0).slice(0, DRAWN);
  const cold = [...files]
    .filter((file) => file.heat === 0 && file.lines > 0)
    .sort((a, b) => b.lines - a.lines || (a.file < b.file ? -1 : 1));
  const drawn = [...hot, ...cold.slice(0, Math.max(0, DRAWN - hot.length))];
  const named = new Set(drawn.map((file) => file.file));
  const others = files.filter((file) => !named.has(file.file));
  const cells: Drawn[] = drawn.map((file) => ({
    size: Math.max(1, file.lines),
    label: nameOf(file.file),
    title: describe(file),
    heat: file.heat,
    anchor: anchors.get(file.file),
  }));
  const rest = others.reduce((sum, file) => sum + file.lines, 0);
  const shownLines = cells.reduce((sum, cell) => sum + cell.size, 0);
  // The others would bury what matters: they get at most a seventh of the picture.
  if (others.length > 0)
    cells.push({
      size: Math.max(1, Math.min(rest, shownLines / 6)),
      label: `${plural(others.length, 'more file')}`,
      title: `${plural(others.length, 'more file')}, ${plural(rest, 'line')}`,
      heat: 0,
    });
  return cells.sort((a, b) => b.size - a.size || (a.title < b.title ? -1 : 1));
};

const fitted = (label: string, width: number): string => {
  const room = Math.floor((width - 10) / 6.4);
  return label.length <= room ? label : room >= 5 ? `${label.slice(0, room - 1)}…` : '';
};

const cell = ({ item, x, y, width, height }: Cell<Drawn>): Markup => {
  const at = (value: number): string => value.toFixed(1);
  const box = markup`<rect class="cell" x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" rx="3"></rect>${
    item.heat > 0
      ? markup`<rect class="heat" x="${at(x + 1)}" y="${at(y + 1)}" width="${at(Math.max(0, width - 2))}" height="${at(Math.max(0, height - 2))}" rx="3" fill-opacity="${(0.08 + (item.heat / 100) * 0.82).toFixed(2)}"></rect>`
      : ''
  }${height > 18 ? markup`<text x="${at(x + 6)}" y="${at(y + 15)}">${fitted(item.label, width)}</text>` : ''}<title>${item.title}</title>`;
  return item.anchor === undefined ? markup`<g>${box}</g>` : markup`<a href="#${item.anchor}">${box}</a>`;
};

const table = (files: readonly FileSummary[], anchors: Anchors): Markup => {
  const hottest = files.filter((file) => file.heat > 0).slice(0, LISTED);
  if (hottest.length === 0) return markup`<p class="none">No file stands out.</p>`;
  const changes = hottest.some(({ churn }) => churn !== undefined);
  return markup`<table><thead><tr><th scope="col">File</th><th scope="col" class="n">Heat</th><th scope="col" class="n">Cplx</th>${changes ? markup`<th scope="col" class="n">Commits</th>` : ''}<th scope="col" class="n">Found</th></tr></thead><tbody>${hottest.map(
    (file) =>
      markup`<tr><td>${link(file.file, anchors)}</td><td class="n">${Math.round(file.heat)}</td><td class="n">${count(file.complexitySum)}</td>${changes ? markup`<td class="n">${count(file.churn ?? 0)}</td>` : ''}<td class="n">${count(file.findings)}</td></tr>`,
  )}</tbody></table>`;
};

const map = (report: AuditReport, anchors: Anchors): Markup =>
  markup`<svg class="map" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Map of the files by size and heat">${treemap(items(report.files, anchors), WIDTH, HEIGHT).map(cell)}</svg>`;

/** Where work pays most: the files by change and complexity where git knows, a map of them, and the hottest as a table. */
export const hotspots = (report: AuditReport, anchors: Anchors): Markup => {
  const { files } = report;
  if (files.length === 0) return markup``;
  const changes = files.some(({ churn = 0 }) => churn > 0);
  const heat = changes ? 'complexity × commits of the year before this one' : 'complexity × size × weight of the findings';
  return markup`<h2 id="hotspots">Hotspots</h2>
<p class="soft small">Heat is ${heat}. ${changes ? 'What is complex and changes often stands in the upper right: there work pays most.' : 'Hot files are where work pays most; in the map the area is lines of code.'}</p>
<div class="hot"><div class="card">${changes ? scatter(files, anchors) : map(report, anchors)}</div><div class="card">${table(files, anchors)}</div></div>${
    changes
      ? markup`<details class="card plain"><summary>The files as a map: area is lines of code, colour is heat</summary><div class="inset">${map(report, anchors)}</div></details>`
      : ''
  }`;
};

const link = (file: string, anchors: Anchors): Markup => {
  const anchor = anchors.get(file);
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  const shown = markup`<span class="path">${nameOf(file)}</span>`;
  const place = folder === '' ? markup`` : markup`<span class="path soft folder">${shownPath(folder)}</span>`;
  return markup`${anchor === undefined ? shown : markup`<a href="#${anchor}">${shown}</a>`}${place}`;
};
