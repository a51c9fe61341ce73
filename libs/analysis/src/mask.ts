import type { Finding } from './finding.js';

/** What stands in place of a secret. */
export const MASK = '********';

/** Rules whose place is the secret itself. */
const isSecret = (finding: Finding): boolean => finding.rule.startsWith('security/secret/');

interface Span {
  /** Columns from 1; the end is exclusive. */
  from: number;
  to: number;
}

const spansByLine = (secrets: readonly Finding[]): Map<number, Span[]> => {
  const spans = new Map<number, Span[]>();
  for (const { line, endLine, column, endColumn } of secrets) {
    for (let at = line; at <= endLine; at++) {
      const span = { from: at === line ? column : 1, to: at === endLine ? endColumn : Infinity };
      spans.set(at, [...(spans.get(at) ?? []), span]);
    }
  }
  return spans;
};

const maskLine = (line: string, spans: readonly Span[]): string =>
  [...spans]
    .sort((a, b) => b.from - a.from)
    .reduce((masked, { from, to }) => masked.slice(0, from - 1) + MASK + (to === Infinity ? '' : masked.slice(to - 1)), line);

/** What a finding's own lines show at the places of secrets: what its message must not quote. */
const shown = (finding: Finding, spans: Map<number, Span[]>): string[] =>
  finding.evidence.lines
    .flatMap((line, at) => (spans.get(finding.evidence.from + at) ?? []).map(({ from, to }) => line.slice(from - 1, to - 1).trim()))
    .filter((text) => text.length > 3);

/** The findings, with every secret that one of them names taken out of the code and the messages of all. */
export const maskFindings = (findings: readonly Finding[]): Finding[] => {
  const secrets = new Map<string, Finding[]>();
  for (const finding of findings.filter(isSecret)) secrets.set(finding.file, [...(secrets.get(finding.file) ?? []), finding]);
  const spans = new Map([...secrets].map(([file, found]) => [file, spansByLine(found)]));
  return findings.map((finding) => {
    const inFile = spans.get(finding.file);
    if (inFile === undefined) return finding;
    const { from, lines } = finding.evidence;
    const message = shown(finding, inFile).reduce((text, secret) => text.replaceAll(secret, MASK), finding.message);
    return { ...finding, message, evidence: { from, lines: lines.map((line, at) => maskLine(line, inFile.get(from + at) ?? [])) } };
  });
};
