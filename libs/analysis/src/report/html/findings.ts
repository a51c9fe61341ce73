import { SEVERITIES, type Severity } from '@waggle/protocol';
import { severityRank } from '../../finding.js';
import type { AuditReport, FileSummary, ReportFinding } from '../audit-report.js';
import type { Anchors } from './anchors.js';
import { count, hours, markup, plural, sentence, shownPath, type Markup } from './markup.js';

/** Findings written out on the page, the worst; all of them are in report.json. */
export const MAX_SHOWN = 1500;

export interface FileGroup {
  file: string;
  findings: ReportFinding[];
}

/** The findings that are shown, by file: files with the worst first, then those with most. */
export const groupByFile = (findings: readonly ReportFinding[]): FileGroup[] => {
  const groups = new Map<string, ReportFinding[]>();
  for (const finding of findings.slice(0, MAX_SHOWN)) {
    const list = groups.get(finding.file);
    if (list === undefined) groups.set(finding.file, [finding]);
    else list.push(finding);
  }
  const worst = (group: FileGroup): number =>
    group.findings.reduce((least, { severity }) => Math.min(least, severityRank(severity)), Infinity);
  return [...groups]
    .map(([file, list]) => ({ file, findings: list }))
    .sort((a, b) => worst(a) - worst(b) || b.findings.length - a.findings.length || (a.file < b.file ? -1 : 1));
};

/** The code, its own lines marked; of a place that is not shown to its end just the first, and how much is left. */
const code = ({ evidence, line, endLine, severity }: ReportFinding): Markup => {
  const last = evidence.from + evidence.lines.length - 1;
  const marked = endLine > last ? line : endLine;
  return markup`<pre class="lines ${severity}"><code>${evidence.lines.map((text, at) => {
    const number = evidence.from + at;
    return markup`<span class="l${number >= line && number <= marked ? ' on' : ''}" data-n="${number}">${text}
</span>`;
  })}${endLine > last ? markup`<span class="l cut" data-n="⋮">${plural(endLine - last, 'more line')}</span>` : ''}</code></pre>`;
};

const related = (finding: ReportFinding, anchors: Anchors): Markup =>
  finding.related === undefined
    ? markup``
    : markup`<dt>Also in</dt><dd>${finding.related.map((place, at) => {
        const anchor = anchors.get(place.file);
        const text = markup`<span class="path">${shownPath(place.file)}:${place.line}–${place.endLine}</span>`;
        return markup`${at === 0 ? '' : markup`<br>`}${anchor === undefined ? text : markup`<a href="#${anchor}">${text}</a>`}`;
      })}</dd>`;

/** Who left work undone and when, how long it takes, how sure it is. */
const facts = ({ author, since, age, effort, confidence, priority }: ReportFinding): Markup => {
  const parts = [
    `priority ${Math.round(priority)}`,
    ...(effort === undefined ? [] : [`about ${hours(effort)}`]),
    ...(confidence === undefined || confidence === 'high' ? [] : [`${confidence} confidence`]),
    ...(author === undefined
      ? []
      : [`by ${author}${since === undefined ? '' : `, ${since}`}${age === undefined ? '' : ` (${plural(age, 'day')} old)`}`]),
  ];
  return markup`${parts.join(' · ')}`;
};

const one = (finding: ReportFinding, { open, anchors }: { open: boolean; anchors: Anchors }): Markup =>
  markup`<details class="finding" id="i${finding.id}" data-severity="${finding.severity}" data-who="${finding.specialist}"${finding.isNew ? markup` data-new` : ''}${open ? markup` open` : ''}><summary><span class="badge ${finding.severity}">${finding.severity}</span><span class="what"><b>${finding.title}</b>${finding.isNew ? markup` <span class="badge new">new</span>` : ''} <span>${sentence(finding.message)}</span></span><span class="at small soft path">${plainPlace(finding)}</span></summary>
<div class="more">${code(finding)}<dl><dt>Why it matters</dt><dd>${sentence(finding.why)}</dd><dt>What to do</dt><dd>${sentence(finding.remedy)}</dd>${related(finding, anchors)}<dt>Weight</dt><dd>${facts(finding)}</dd><dt>Rule</dt><dd><span class="path">${finding.rule}</span> · ${finding.specialist}</dd></dl></div></details>`;

const plainPlace = ({ line, endLine }: ReportFinding): string => (line === endLine ? `line ${line}` : `lines ${line}–${endLine}`);

const group = ({ file, findings }: FileGroup, context: { open: number; anchors: Anchors; summary?: FileSummary }): Markup => {
  const { summary, anchors, open } = context;
  const figures =
    summary === undefined
      ? ''
      : [
          plural(summary.lines, 'line'),
          `complexity ${count(summary.complexitySum)}`,
          ...(summary.churn === undefined ? [] : [plural(summary.churn, 'commit')]),
          `index ${summary.index}`,
          ...(summary.effort > 0 ? [hours(summary.effort)] : []),
        ].join(' · ');
  return markup`<section class="card file" id="${anchors.get(file) ?? ''}" data-file="${shownPath(file)}"><header><h3 class="path">${shownPath(file)}</h3><span class="soft small">${figures}</span></header>${findings.map((finding, at) => one(finding, { open: at < open, anchors }))}</section>
`;
};

const tools = (report: AuditReport): Markup => {
  const present = SEVERITIES.filter((severity: Severity) => report.counts.bySeverity[severity] > 0);
  return markup`<div class="tools" role="search" hidden>${present.map((severity) => markup`<button type="button" class="chip" data-severity="${severity}" aria-pressed="true"><span class="dot ${severity}"></span>${severity} <b>${count(report.counts.bySeverity[severity])}</b></button>`)}${report.trend !== undefined && report.trend.added > 0 ? markup`<button type="button" class="chip" data-only="new" aria-pressed="false">only new <b>${count(report.trend.added)}</b></button>` : ''}<select aria-label="Specialist"><option value="">all specialists</option>${Object.keys(report.counts.bySpecialist).map((name) => markup`<option>${name}</option>`)}</select><input type="search" placeholder="Filter by file, rule or text" aria-label="Filter by text"><span id="shown" class="soft small" aria-live="polite"></span></div>`;
};

/** Everything found, by file, each with its code; the first few files stand open. */
export const findingsSection = (report: AuditReport, groups: readonly FileGroup[], anchors: Anchors): Markup => {
  if (report.findings.length === 0) return markup`<h2 id="findings">Findings</h2><p class="card none">Nothing was found.</p>`;
  const left = report.findings.length - MAX_SHOWN;
  const notes = [
    ...(left > 0 ? [`The worst ${count(MAX_SHOWN)} are shown here; ${plural(left, 'more stands', 'more stand')} in report.json.`] : []),
    ...(report.omitted > 0
      ? [`${plural(report.omitted, 'milder finding was', 'milder findings were')} counted and not kept, for there were too many.`]
      : []),
  ];
  const files = new Map(report.files.map((file) => [file.file, file]));
  return markup`<h2 id="findings">Findings</h2>${notes.map((note) => markup`<p class="soft small">${note}</p>`)}${tools(report)}${groups.map((each, at) => group(each, { open: at < 2 ? 1 : 0, anchors, summary: files.get(each.file) }))}`;
};
