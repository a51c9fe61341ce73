import { Agent, Skill, type TaskContext } from '@waggle/agent';
import { cutIntoParts, type CutOptions } from '@waggle/workspace';
import { ShardInput, ShardOutput } from './shard-input.js';

/** Cuts workspaces into shards, so that many agents work on one at once. */
@Agent({ name: 'workspace', description: 'Cuts a workspace into shards of about the same size', slots: 8 })
export class WorkspaceAgent {
  @Skill({
    id: 'workspace.shard',
    description: 'Shards that together are the whole workspace',
    tags: ['plan'],
    input: ShardInput,
    output: ShardOutput,
    timeout: '1m',
  })
  async shard(input: ShardInput, ctx: TaskContext): Promise<ShardOutput> {
    const { workspace, maxFiles, maxBytes } = input;
    const opened = await ctx.workspace.at(workspace);
    const { entries } = opened;
    const limits: Partial<CutOptions> = {
      counts: ({ path }) => opened.isInFocus(path),
      ...(maxFiles !== undefined && { maxFiles }),
      ...(maxBytes !== undefined && { maxBytes }),
    };
    const texts = entries.filter((entry) => entry.kind === 'text' && opened.isInFocus(entry.path));
    return {
      shards: cutIntoParts(entries, limits).map(({ from, to }) => ({ workspace, from, to })),
      files: texts.length,
      bytes: texts.reduce((sum, entry) => sum + entry.size, 0),
      skipped: entries.filter((entry) => entry.kind !== 'text').length,
    };
  }
}
