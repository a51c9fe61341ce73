import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Inject, Injectable } from '@nestjs/common';
import type { AuditReport } from '@waggle/analysis';
import type { Bus } from '@waggle/bus';
import { BUS, Log } from '@waggle/agent';
import { withTrend, type History } from './domain/trend.js';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

const MAX_UNPACKED = 64 * 1024 * 1024;
/** Below the broker's longest message. */
const MAX_PACKED = 900 * 1024;

/** Audits of one repository that end at the same moment. */
const ROUNDS = 5;

export interface Run {
  tenant: string;
  flowId: string;
  /** What the repository is known by; its folder's name where it has no such thing. */
  repository: string | undefined;
  head?: string;
}

/** Remembers the last audit of each repository, in the bucket TRENDS. */
@Injectable()
export class Trends {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(Log) private readonly log: Log,
  ) {}

  /** The report with what became of the repository since its last audit; the report as it is where that is not known or cannot be kept. */
  async follow(report: AuditReport, run: Run): Promise<AuditReport> {
    const name = run.repository ?? createHash('sha256').update(`folder\n${report.workspace.root}`).digest('hex').slice(0, 32);
    const at = new Date().toISOString();
    try {
      return await this.compare(report, `${run.tenant}.${name}`, { ...run, at });
    } catch (error) {
      this.log.warn('the trend of this repository is not known', { error });
      return report;
    }
  }

  private async compare(report: AuditReport, key: string, run: Run & { at: string }): Promise<AuditReport> {
    const bucket = this.bus.bucket('TRENDS');
    for (let round = 0; round < ROUNDS; round++) {
      const entry = await bucket.get(key);
      const history = entry === undefined ? undefined : await this.read(entry.value);
      const { head } = run;
      const next = withTrend(report, history, { flowId: run.flowId, at: run.at, ...(head === undefined ? {} : { head }) });
      const written = await bucket.put(key, await packed(next.history), { expect: entry?.revision ?? 0 });
      if (written.status === 'stored') return next.report;
    }
    this.log.warn('other audits of this repository keep ending at the same moment: this one is not remembered');
    return report;
  }

  /** What was kept; nothing where it is not what it must be. */
  private async read(value: Uint8Array): Promise<History | undefined> {
    const history = JSON.parse((await unpack(value, { maxOutputLength: MAX_UNPACKED })).toString('utf8')) as Partial<History>;
    return history.version === 1 && Array.isArray(history.runs) && Array.isArray(history.last) ? (history as History) : undefined;
  }
}

const packed = async (history: History): Promise<Buffer> => {
  const whole = await pack(JSON.stringify(history));
  if (whole.length <= MAX_PACKED) return whole;
  const { before: _, ...rest } = history;
  return pack(JSON.stringify(rest));
};
