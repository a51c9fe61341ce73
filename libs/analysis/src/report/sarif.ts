import type { Severity } from '@waggle/protocol';
import type { Log, ReportingDescriptor, Result } from 'sarif';
import type { RuleInfo } from '../finding.js';
import type { AuditReport, ReportFinding } from './audit-report.js';

const LEVEL: Record<Severity, 'error' | 'warning' | 'note'> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

/** What GitHub sorts security findings by: a CVSS-like number. */
const SECURITY_SEVERITY: Record<Severity, string> = { critical: '9.5', high: '8.0', medium: '5.5', low: '3.0', info: '1.0' };

const LONE_SURROGATE = /\p{Surrogate}/gu;

/** A path as a relative URI reference; one part with a colon first would read as a scheme. */
const uriOf = (path: string): string => {
  const uri = path
    .split('/')
    .map((part) => encodeURIComponent(part.replace(LONE_SURROGATE, '\uFFFD')))
    .join('/');
  return uri.startsWith('/') ? uri.slice(1) : uri;
};

const descriptor = (rule: RuleInfo): ReportingDescriptor => ({
  id: rule.id,
  name: rule.title,
  shortDescription: { text: rule.title },
  fullDescription: { text: rule.why },
  help: { text: `${rule.why}\n\n${rule.remedy}` },
  defaultConfiguration: { level: LEVEL[rule.severity] },
  properties: {
    tags: [
      rule.category,
      ...(rule.cwe === undefined ? [] : [`external/cwe/cwe-${rule.cwe}`]),
      ...(rule.owasp === undefined ? [] : [`owasp-2021-${rule.owasp.toLowerCase()}`]),
    ],
    ...(rule.category === 'security' ? { 'security-severity': SECURITY_SEVERITY[rule.severity] } : {}),
  },
});

const result = (finding: ReportFinding, { ruleIndex, compared }: { ruleIndex: number; compared: boolean }): Result => ({
  ruleId: finding.rule,
  ruleIndex,
  level: LEVEL[finding.severity],
  rank: finding.priority,
  ...(compared ? { baselineState: finding.isNew ? ('new' as const) : ('unchanged' as const) } : {}),
  message: { text: finding.message },
  locations: [
    {
      physicalLocation: {
        artifactLocation: { uri: uriOf(finding.file), uriBaseId: 'ROOT' },
        region: {
          startLine: finding.line,
          startColumn: finding.column,
          endLine: finding.endLine,
          endColumn: Math.max(1, finding.endColumn),
        },
      },
    },
  ],
  ...(finding.related === undefined
    ? {}
    : {
        relatedLocations: finding.related.map((place, id) => ({
          id,
          physicalLocation: {
            artifactLocation: { uri: uriOf(place.file), uriBaseId: 'ROOT' },
            region: { startLine: place.line, endLine: place.endLine },
          },
        })),
      }),
  partialFingerprints: { 'waggleFinding/v1': finding.id },
  properties: { severity: finding.severity, specialist: finding.specialist },
});

/** The report as SARIF 2.1.0, for code hosts and editors. */
export const toSarif = (report: AuditReport, toolVersion: string): Log => {
  const index = new Map(report.rules.map((rule, at) => [rule.id, at]));
  const named = [
    ...new Set(report.findings.flatMap((finding) => [finding.file, ...(finding.related ?? []).map((place) => place.file)])),
  ].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Waggle', semanticVersion: toolVersion, rules: report.rules.map(descriptor) } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { ROOT: { description: { text: 'The folder that was audited.' } } },
        artifacts: named.map((file) => ({ location: { uri: uriOf(file), uriBaseId: 'ROOT' } })),
        results: report.findings.map((finding) =>
          result(finding, { ruleIndex: index.get(finding.rule)!, compared: report.trend !== undefined }),
        ),
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: report.notAnalysed.slice(0, 1000).map((note) => ({
              level: 'note' as const,
              message: { text: `Not analysed, or not wholly: ${note.reason}.` },
              locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(note.file), uriBaseId: 'ROOT' } } }],
            })),
          },
        ],
      },
    ],
  };
};
