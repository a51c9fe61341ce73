import type { AuditReport } from '../audit-report.js';
import { count, markup, plural, shownPath, type Markup } from './markup.js';

const LISTED = 200;

/** What a comment or the baseline excuses, each with its reason: nothing is left out in silence. */
export const excusedSection = ({ excused }: AuditReport): Markup => {
  if (excused.length === 0) return markup``;
  const left = excused.length - LISTED;
  return markup`<h2 id="excused">Excused</h2><details class="card plain"><summary>${plural(excused.length, 'finding is', 'findings are')} excused by a comment or the baseline, and counted nowhere else</summary><ul class="known">${excused
    .slice(0, LISTED)
    .map(
      ({ severity, file, line, rule, by, reason }) =>
        markup`<li><span class="badge ${severity}">${severity}</span> <span class="path">${shownPath(file)}:${line}</span> <span class="soft">${rule} · ${by}: ${reason}</span></li>`,
    )}${left > 0 ? markup`<li>and ${count(left)} more, in report.json</li>` : ''}</ul></details>`;
};
