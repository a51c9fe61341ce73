import type { Severity } from '@waggle/protocol';
import type { Dependency } from './dependency.js';
import { isRecord, textOf } from './lines.js';
import { compareVersions } from './versions.js';

/** What is known to be wrong with versions of a package, from an entry of OSV (https://ossf.github.io/osv-schema/). */
export interface Advisory {
  id: string;
  /** Other names of it, a CVE first. */
  aliases: readonly string[];
  summary: string;
  severity: Severity;
  cwe?: number;
  affected: readonly { ecosystem: string; name: string; versions: readonly string[]; ranges: readonly Range[] }[];
}

interface Range {
  introduced: string;
  fixed?: string;
  last?: string;
}

const SEVERITIES: Record<string, Severity> = { CRITICAL: 'critical', HIGH: 'high', MODERATE: 'medium', MEDIUM: 'medium', LOW: 'low' };

/** In these the registry takes names of any case and sign for the same. */
export const sameName = (ecosystem: string, name: string): string =>
  ecosystem === 'PyPI' ? name.toLowerCase().replace(/[-_.]+/g, '-') : name;

const list = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

const rangesOf = (range: unknown): Range[] => {
  if (!isRecord(range) || range['type'] === 'GIT') return [];
  const ranges: Range[] = [];
  for (const event of list(range['events']).filter(isRecord)) {
    const [introduced, fixed, last] = [textOf(event['introduced']), textOf(event['fixed']), textOf(event['last_affected'])];
    if (introduced !== undefined) ranges.push({ introduced });
    else if (ranges.length > 0 && fixed !== undefined) ranges.at(-1)!.fixed = fixed;
    else if (ranges.length > 0 && last !== undefined) ranges.at(-1)!.last = last;
  }
  return ranges;
};

/** An entry of OSV, as far as it is used here; undefined when it is none or was withdrawn. */
export const readAdvisory = (entry: unknown): Advisory | undefined => {
  if (!isRecord(entry) || textOf(entry['id']) === undefined || entry['withdrawn'] !== undefined) return undefined;
  const id = textOf(entry['id'])!;
  const specific = isRecord(entry['database_specific']) ? entry['database_specific'] : {};
  const cwe = /^CWE-(\d+)$/.exec(textOf(list(specific['cwe_ids'])[0]) ?? '')?.[1];
  return {
    id,
    aliases: list(entry['aliases'])
      .flatMap((alias) => textOf(alias) ?? [])
      .sort((a, b) => Number(b.startsWith('CVE')) - Number(a.startsWith('CVE'))),
    summary: (textOf(entry['summary']) ?? textOf(entry['details'])?.split('\n')[0] ?? '').slice(0, 300),
    severity: id.startsWith('MAL-') ? 'critical' : (SEVERITIES[textOf(specific['severity'])?.toUpperCase() ?? ''] ?? 'medium'),
    ...(cwe === undefined ? {} : { cwe: Number(cwe) }),
    affected: list(entry['affected'])
      .filter(isRecord)
      .flatMap((affected) => {
        const named = isRecord(affected['package']) ? affected['package'] : {};
        const [ecosystem, name] = [textOf(named['ecosystem']), textOf(named['name'])];
        if (ecosystem === undefined || name === undefined) return [];
        return [
          {
            ecosystem: ecosystem.split(':')[0]!,
            name: sameName(ecosystem, name),
            versions: list(affected['versions']).flatMap((version) => textOf(version) ?? []),
            ranges: list(affected['ranges']).flatMap(rangesOf),
          },
        ];
      }),
  };
};

const isIn = (version: string, { introduced, fixed, last }: Range): boolean =>
  (introduced === '0' || compareVersions(version, introduced) >= 0) &&
  (fixed === undefined || compareVersions(version, fixed) < 0) &&
  (last === undefined || compareVersions(version, last) <= 0);

/** Whether an advisory speaks of the version of a package, and the version that mends it where it names one. */
export const affects = (advisory: Advisory, { ecosystem, name, version }: Dependency): { fixed?: string } | undefined => {
  if (version === undefined) return undefined;
  for (const affected of advisory.affected) {
    if (affected.ecosystem !== ecosystem || affected.name !== sameName(ecosystem, name)) continue;
    const range = affected.ranges.find((each) => isIn(version, each));
    if (range !== undefined) return range.fixed === undefined ? {} : { fixed: range.fixed };
    if (affected.versions.includes(version)) return {};
  }
  return undefined;
};
