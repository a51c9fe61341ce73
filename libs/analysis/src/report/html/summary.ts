import { SEVERITIES } from '@waggle/protocol';
import type { AuditReport } from '../audit-report.js';
import { factsOf, LANGUAGES, type Language } from '../../source/language.js';
import { NO_GRADE } from '../score.js';
import { count, hours, markup, plural, trusted, type Markup } from './markup.js';

const RADIUS = 52;
const ROUND = 2 * Math.PI * RADIUS;

const ring = ({
  score,
  grade,
}: AuditReport): Markup => markup`<svg class="ring" viewBox="0 0 132 132" role="img" aria-label="Score ${score} of 100, grade ${grade}">
<circle class="track" cx="66" cy="66" r="${RADIUS}"></circle><circle class="${grade}" cx="66" cy="66" r="${RADIUS}" stroke-dasharray="${((ROUND * score) / 100).toFixed(1)} ${ROUND.toFixed(1)}" transform="rotate(-90 66 66)"></circle>
<text x="66" y="74">${grade === NO_GRADE ? NO_GRADE : score}</text><text class="of" x="66" y="92">${grade === NO_GRADE ? 'no grade' : `grade ${grade}`}</text></svg>`;

const severityBar = ({ counts }: AuditReport): Markup => {
  let x = 0;
  const parts = SEVERITIES.map((severity) => {
    const width = counts.total === 0 ? 0 : (counts.bySeverity[severity] / counts.total) * 100;
    const part = markup`<rect class="${severity}" x="${x.toFixed(3)}" y="0" width="${width.toFixed(3)}" height="10"></rect>`;
    x += width;
    return part;
  });
  return markup`<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`;
};

const verdict = ({ counts, workspace }: AuditReport): string => {
  const findingsText = plural(counts.total, 'finding');
  const { critical, high } = counts.bySeverity;
  if (counts.total === 0)
    return workspace.analysed === 0 ? 'There is no code here that could be parsed.' : 'Nothing was found by any rule.';
  if (critical > 0) return `${findingsText}, ${critical} of them critical: look at ${critical === 1 ? 'that one' : 'those'} today.`;
  if (high > 0) return `${findingsText}, ${high} of them high: begin there.`;
  return `${findingsText}, none critical or high.`;
};

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;

const titleOf = (language: string): string => (LANGUAGES.includes(language as Language) ? factsOf(language as Language).title : language);

/** Named one by one, the largest. */
const NAMED = 4;

const languagesText = (languages: AuditReport['languages']): string => {
  const named = languages.slice(0, NAMED).map(({ language, files }) => `${titleOf(language)} (${count(files)})`);
  const left = languages.length - named.length;
  return [...named, ...(left > 0 ? [`${plural(left, 'language')} more`] : [])].join(', ') || 'none';
};

/** Where only a change was looked at: since when. */
const scopeNote = ({ scope }: AuditReport): Markup =>
  scope === undefined
    ? markup``
    : markup`<p class="card scope">Only what changed since <span class="path">${scope.since.slice(0, 12)}</span> was looked at: ${plural(scope.files, 'file')}, and in them the lines that changed. Exports, import cycles and tests need all files, and were left out.</p>`;

/** The head of the page: what was audited, and how it came out. */
export const summary = (report: AuditReport): Markup => {
  const { workspace, counts, languages, notAnalysed } = report;
  const specialists = Object.keys(counts.bySpecialist);
  return markup`<div class="brand">${trusted('<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 1.5l9 5.2v10.6l-9 5.2-9-5.2V6.700z"/></svg>')}<span>Waggle audit</span></div>
<section class="card hero" aria-label="Summary">${ring(report)}<div><h1>${workspace.root}</h1><p class="verdict">${verdict(report)}</p>${severityBar(report)}
<div class="chips">${SEVERITIES.map((severity) => markup`<span class="chip${counts.bySeverity[severity] === 0 ? ' zero' : ''}"><span class="dot ${severity}"></span>${severity} <b>${count(counts.bySeverity[severity])}</b></span>`)}</div></div></section>
${scopeNote(report)}<section class="card facts" aria-label="What was audited">
<div><b>${count(workspace.analysed)}</b><span>of ${plural(workspace.files, 'text file')} parsed</span></div>
<div><b>${count(workspace.lines)}</b><span>lines: ${languagesText(languages)}</span></div>
<div><b>${count(counts.byCategory.security)}</b><span>security</span></div>
<div><b>${count(counts.byCategory.debt)}</b><span>technical debt</span></div>
<div><b>${hours(report.effort)}</b><span>to mend it all, about</span></div>
<div><b>${count(notAnalysed.length)}</b><span><a href="#not-analysed">not analysed or not wholly</a></span></div></section>
<p class="soft small">${specialists.length === 0 ? '' : `Looked at by ${listed(specialists)}. `}100 means nothing was found; a weight of 20 on a thousand lines (critical 40, high 10, medium 3, low 1) halves it; anything critical caps it at 49.</p>`;
};
