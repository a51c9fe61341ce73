import { Agent, Skill, withoutMemory, type TaskContext } from '@waggle/agent';
import { DebtReport } from '@waggle/analysis';
import { schemaOf } from '@waggle/protocol';
import { analyzeShard } from './domain/analyze-shard.js';
import { findDuplicates } from './domain/find-duplicates.js';
import { findStructure } from './domain/find-structure.js';
import { AnalyzeInput, DuplicationInput, StructureInput } from './skill-inputs.js';

const workOf = ({ fresh }: { fresh?: boolean }, ctx: TaskContext): TaskContext => (fresh ? withoutMemory(ctx) : ctx);

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
    return analyzeShard(await ctx.workspace.open(input.shard), workOf(input, ctx));
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
    return findDuplicates(await ctx.workspace.at(input.workspace), workOf(input, ctx));
  }

  // The schema rather than the class: the figures of thousands of files need not become instances.
  @Skill({
    id: 'tech-debt.structure',
    description: 'Exports that nobody uses, modules in a circle and code without tests, from what was found in all shards of a workspace',
    tags: ['audit'],
    input: schemaOf(StructureInput),
    output: DebtReport,
    timeout: '2m',
  })
  async structure(input: StructureInput, ctx: TaskContext): Promise<DebtReport> {
    const { workspace, debt } = input;
    const parts = { modules: debt.flatMap(({ modules = [] }) => modules), metrics: debt.flatMap(({ metrics }) => metrics) };
    return findStructure(await ctx.workspace.at(workspace), parts, workOf(input, ctx));
  }
}
