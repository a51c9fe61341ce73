import { Agent, Skill, withoutMemory, type TaskContext } from '@waggle/agent';
import { SecurityReport } from '@waggle/analysis';
import { Inject } from '@nestjs/common';
import { AuditInput, WorkspaceInput } from './audit-input.js';
import { auditShard } from './domain/audit-shard.js';
import { auditDependencies } from './domain/dependencies/audit-dependencies.js';
import type { AdvisorySource } from './domain/dependencies/osv.js';
import { modelThreats } from './domain/threats/model-threats.js';
import { ADVISORIES } from './providers.js';
import { RuleSet } from './rule-set.js';

/** Finds secrets, dangerous code and settings, doubtful packages, and the threats that a repository should answer. */
@Agent({ name: 'security-auditor', description: 'Finds secrets and dangerous code', slots: 2, capabilities: ['code-analysis', 'security'] })
export class SecurityAuditor {
  constructor(
    private readonly ruleSet: RuleSet,
    @Inject(ADVISORIES) private readonly advisories: { source?: AdvisorySource },
  ) {}

  @Skill({
    id: 'security.audit',
    description:
      'Secrets in any text, dangerous code in thirteen languages, risky settings of containers, workflows and clouds, in the files of a shard',
    tags: ['audit'],
    input: AuditInput,
    output: SecurityReport,
    timeout: '2m',
    heartbeat: '30s',
  })
  async audit(input: AuditInput, ctx: TaskContext): Promise<SecurityReport> {
    return auditShard(await ctx.workspace.open(input.shard), input.fresh ? withoutMemory(ctx) : ctx, this.ruleSet.rules);
  }

  @Skill({
    id: 'security.dependencies',
    description: 'Doubtful packages in the lock files of a workspace, and known vulnerabilities where a source of advisories is configured',
    tags: ['audit'],
    input: WorkspaceInput,
    output: SecurityReport,
    timeout: '5m',
    heartbeat: '30s',
  })
  async dependencies(input: WorkspaceInput, ctx: TaskContext): Promise<SecurityReport> {
    return auditDependencies(await ctx.workspace.at(input.workspace), this.advisories.source, ctx.signal);
  }

  @Skill({
    id: 'security.threats',
    description: 'A checklist of threats (STRIDE) from what a workspace is made of, each with the places that raise it',
    tags: ['audit'],
    input: WorkspaceInput,
    output: SecurityReport,
    timeout: '2m',
    heartbeat: '30s',
  })
  async threats(input: WorkspaceInput, ctx: TaskContext): Promise<SecurityReport> {
    return modelThreats(await ctx.workspace.at(input.workspace), input.fresh ? withoutMemory(ctx) : ctx);
  }
}
