import { createHash } from 'node:crypto';
import type { AuditReport, Timeline } from '../audit-report.js';
import { excusedSection } from './excused.js';
import { findingsSection, groupByFile } from './findings.js';
import { firstSection } from './first.js';
import { hotspots } from './hotspots.js';
import { markup, trusted } from './markup.js';
import { notAnalysedSection } from './not-analysed.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';
import { summary } from './summary.js';
import { timelineSection } from './timeline.js';
import { trendSection } from './trend.js';

const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The browser itself refuses any other script, style or request, whatever a file name or a line of code may try. */
const policy = (): string =>
  `default-src 'none'; style-src ${digest(STYLE)}; script-src ${digest(SCRIPT)}; base-uri 'none'; form-action 'none'`;

export interface HtmlOptions {
  /** How the flow ran, when the caller knows: drawn as a Gantt chart, instead of the mark `TIMELINE_PLACEHOLDER`. */
  timeline?: Timeline;
}

/**
 * The report as one page that needs nothing else: no request leaves it, everything from outside is escaped, and it
 * can be read without its script. The same report and timeline give the same bytes.
 */
export const renderHtml = (report: AuditReport, { timeline }: HtmlOptions = {}): string => {
  const groups = groupByFile(report.findings);
  const anchors = new Map(groups.map(({ file }, at) => [file, `f${at + 1}`]));
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Waggle">
<title>Audit of ${report.workspace.root}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<a class="skip" href="#findings">To the findings</a>
<main>
${summary(report)}
${trendSection(report)}
${firstSection(report, anchors)}
${hotspots(report, anchors)}
${findingsSection(report, groups, anchors)}
${timelineSection(timeline)}
${excusedSection(report)}
${notAnalysedSection(report)}
<footer>Workspace ${report.workspace.manifest.slice(0, 16)}. The whole report is also in report.json and, for code hosts and editors, in report.sarif.</footer>
</main>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`.text;
};
