import { Agent, Skill, type TaskContext } from '@waggle/agent';
import { DebtReport } from '@waggle/analysis';
import { analyzeShard } from './domain/analyze-shard.js';
import { findDuplicates } from './domain/find-duplicates.js';
import { AnalyzeInput, DuplicationInput } from './skill-inputs.js';

/** Finds technical debt: per shard what one file shows, over the whole workspace what only all files show. */
@Agent({ name: 'tech-debt-tracker', description: 'Finds and ranks technical debt', slots: 2, capabilities: ['code-analysis', 'tech-debt'] })
export class TechDebtTracker {
  @Skill({
    id: 'tech-debt.analyze',
    description: 'Complexity, long functions, deep nesting, long parameter lists and work left undone in the files of a shard',
    tags: ['audit'],
    input: AnalyzeInput,
    output: DebtReport,
    timeout: '2m',
    heartbeat: '30s',
  })
  async analyze(input: AnalyzeInput, ctx: TaskContext): Promise<DebtReport> {
    return analyzeShard(await ctx.workspace.open(input.shard), ctx);
  }

  @Skill({
    id: 'tech-debt.duplication',
    description: 'Code that stands more than once, over all files of a workspace',
    tags: ['audit'],
    input: DuplicationInput,
    output: DebtReport,
    timeout: '5m',
    heartbeat: '30s',
  })
  async duplication(input: DuplicationInput, ctx: TaskContext): Promise<DebtReport> {
    return findDuplicates(await ctx.workspace.at(input.workspace), ctx);
  }
}
