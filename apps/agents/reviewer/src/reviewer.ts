import { Agent, BUS, Skill, type TaskContext } from '@waggle/agent';
import { renderHtml, toSarif, type AuditReport } from '@waggle/analysis';
import type { Bus } from '@waggle/bus';
import { schemaOf } from '@waggle/protocol';
import type { Workspace } from '@waggle/workspace';
import { Inject } from '@nestjs/common';
import { ConsolidateInput } from './consolidate-input.js';
import { BASELINE_FILE, parseBaseline, type Baseline } from './domain/baseline.js';
import { consolidate } from './domain/consolidate.js';
import { summaryOf } from './domain/summary.js';
import { ReviewOutput, type ReportArtifact } from './review-output.js';
import { Trends } from './trends.js';
import { VERSION } from './version.js';

/** Merges what the specialists found into one report, ranks it, and writes it as JSON, HTML and SARIF. */
@Agent({ name: 'reviewer', description: 'Merges findings into one ranked report', slots: 2, capabilities: ['review'] })
export class Reviewer {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(Trends) private readonly trends: Trends,
  ) {}

  // The schema rather than the class: tens of thousands of findings need not become instances.
  @Skill({
    id: 'review.consolidate',
    description: 'One report of all that the specialists found in a workspace, as HTML, JSON and SARIF',
    tags: ['audit'],
    input: schemaOf(ConsolidateInput),
    output: ReviewOutput,
    timeout: '3m',
  })
  async consolidate(input: ConsolidateInput, ctx: TaskContext): Promise<ReviewOutput> {
    const workspace = await ctx.workspace.at(input.workspace);
    ctx.progress(0.1, 'merging');
    const { root, bytes, manifest } = input.workspace;
    const { ignored, entries, git } = workspace;
    const merged = consolidate({
      workspace: { root, bytes, manifest: manifest.sha256, ignored, entries, ...(git === undefined ? {} : { git }) },
      debt: input.debt,
      security: input.security,
      baseline: await this.baseline(input, workspace, ctx.tenant),
    });
    ctx.signal.throwIfAborted();
    ctx.progress(0.4, 'comparing');
    const report = merged.scope === undefined && !input.fresh ? await this.follow(merged, workspace, ctx) : merged;
    ctx.progress(0.5, 'writing');
    return { ...summaryOf(report), artifacts: await this.write(report, ctx) };
  }

  private follow(report: AuditReport, { repository, git }: Workspace, { tenant, flowId }: TaskContext): Promise<AuditReport> {
    return this.trends.follow(report, { tenant, flowId, repository, ...(git === undefined ? {} : { head: git.head }) });
  }

  /** What was given with the task, else what the repository keeps itself. */
  private async baseline(input: ConsolidateInput, workspace: Workspace, tenant: string): Promise<Baseline> {
    const given = input.baselines ?? [];
    const texts = await Promise.all(given.map(async (blob) => Buffer.from(await this.bus.blobs.get(tenant, blob)).toString('utf8')));
    if (texts.length > 0) return new Map(texts.flatMap((text) => [...parseBaseline(text)]));
    const kept = workspace.entries.some(({ path, kind }) => path === BASELINE_FILE && kind === 'text');
    return kept ? parseBaseline(await workspace.read(BASELINE_FILE)) : new Map();
  }

  private async write(report: AuditReport, ctx: TaskContext): Promise<ReportArtifact[]> {
    const documents = [
      { name: 'report.json', type: 'application/json', content: () => JSON.stringify(report, undefined, 1) },
      { name: 'report.html', type: 'text/html', content: () => renderHtml(report) },
      { name: 'report.sarif', type: 'application/sarif+json', content: () => JSON.stringify(toSarif(report, VERSION)) },
    ];
    const artifacts: ReportArtifact[] = [];
    for (const { name, type, content } of documents) artifacts.push({ name, blob: await ctx.artifact(name, content(), type) });
    return artifacts;
  }
}
