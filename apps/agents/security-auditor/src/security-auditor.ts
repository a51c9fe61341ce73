import { Agent, Skill, withoutMemory, type TaskContext } from '@waggle/agent';
import { SecurityReport } from '@waggle/analysis';
import { AuditInput } from './audit-input.js';
import { auditShard } from './domain/audit-shard.js';
import { RuleSet } from './rule-set.js';

/** Finds secrets and dangerous code. */
@Agent({ name: 'security-auditor', description: 'Finds secrets and dangerous code', slots: 2, capabilities: ['code-analysis', 'security'] })
export class SecurityAuditor {
  constructor(private readonly ruleSet: RuleSet) {}

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
}
