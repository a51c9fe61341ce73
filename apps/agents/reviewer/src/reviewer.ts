import { Agent, Skill, type TaskContext } from '@waggle/agent';
import { renderHtml, toSarif, type AuditReport } from '@waggle/analysis';
import { schemaOf } from '@waggle/protocol';
import { ConsolidateInput } from './consolidate-input.js';
import { consolidate } from './domain/consolidate.js';
import { summaryOf } from './domain/summary.js';
import { ReviewOutput, type ReportArtifact } from './review-output.js';
import { VERSION } from './version.js';

/** Merges what the specialists found into one report, ranks it, and writes it as JSON, HTML and SARIF. */
@Agent({ name: 'reviewer', description: 'Merges findings into one ranked report', slots: 2, capabilities: ['review'] })
export class Reviewer {
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
    const report = consolidate({
      workspace: { root, bytes, manifest: manifest.sha256, ignored: workspace.ignored, entries: workspace.entries },
      debt: input.debt,
      security: input.security,
    });
    ctx.signal.throwIfAborted();
    ctx.progress(0.5, 'writing');
    return { ...summaryOf(report), artifacts: await this.write(report, ctx) };
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
