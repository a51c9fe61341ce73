import type { AuditReport } from '../audit-report.js';
import { markup, plural, shownPath, type Markup } from './markup.js';

/** Paths listed for one reason; all of them are in report.json. */
const LISTED = 200;

/** What was not analysed, or not wholly, by reason. Nothing is left out in silence. */
export const notAnalysedSection = ({ notAnalysed, workspace }: AuditReport): Markup => {
  const reasons = new Map<string, string[]>();
  for (const { file, reason } of notAnalysed) {
    const list = reasons.get(reason);
    if (list === undefined) reasons.set(reason, [file]);
    else list.push(file);
  }
  const sorted = [...reasons].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  const ignored =
    workspace.ignored === 0 ? '' : `${plural(workspace.ignored, 'entry is', 'entries are')} ruled out by .gitignore and not listed.`;
  return markup`<h2 id="not-analysed">Not analysed, or not wholly</h2><p class="soft small">${ignored}</p>${
    sorted.length === 0
      ? markup`<p class="card none">Every file was analysed.</p>`
      : markup`<div class="card">${sorted.map(
          ([reason, files]) =>
            markup`<details class="plain"><summary>${plural(files.length, 'file')}: ${reason}</summary><ul>${files.slice(0, LISTED).map((file) => markup`<li class="path">${shownPath(file)}</li>`)}${files.length > LISTED ? markup`<li>and ${files.length - LISTED} more, listed in report.json</li>` : ''}</ul></details>`,
        )}</div>`
  }`;
};
