import type { AuditReport } from '../audit-report.js';
import type { Anchors } from './anchors.js';
import { hours, markup, sentence, shownPath, type Markup } from './markup.js';

const LISTED = 5;

/** What to do first: the findings whose severity, certainty and reach weigh most together. */
export const firstSection = ({ findings }: AuditReport, anchors: Anchors): Markup => {
  const first = findings.filter(({ severity }) => severity !== 'info').slice(0, LISTED);
  if (first.length < 2) return markup``;
  return markup`<h2 id="first">What to do first</h2><p class="soft small">By severity, how sure the rule is, and how many other files need this one.</p>
<ol class="card first">${first.map((finding) => {
    const place = markup`<span class="path">${shownPath(finding.file)}:${finding.line}</span>`;
    return markup`<li><span class="badge ${finding.severity}">${finding.severity}</span><div><b>${finding.title}</b> <span class="soft">${sentence(finding.message)}</span><br>${anchors.has(finding.file) ? markup`<a href="#i${finding.id}">${place}</a>` : place}</div><span class="soft small hours">${finding.effort === undefined ? '' : hours(finding.effort)}</span></li>`;
  })}</ol>`;
};
