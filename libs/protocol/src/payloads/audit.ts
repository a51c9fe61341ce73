import { IsIn, IsString, Matches } from 'class-validator';
import { AUDIT_OUTCOMES, type AuditOutcome } from '../enums.js';
import { TOKEN } from '../ids.js';
import { Optional } from '../validation/decorators.js';

const HASH = /^[0-9a-f]{64}$/;

/** One line of the audit, on `wg.<tenant>.audit.<writer>.<kind>`: what the flows' own logs do not hold. */
export class AuditEntry {
  @Matches(TOKEN) kind!: string;
  /** Who did it, or tried to. */
  @IsString() actor!: string;
  @IsString() action!: string;
  /** To what: a flow, an agent, a lease. */
  @Optional() @IsString() object?: string;
  @IsIn([...AUDIT_OUTCOMES]) outcome!: AuditOutcome;
  @Optional() @IsString() reason?: string;
  @Optional() data?: unknown;
  /** SHA-256 of the writer's entry before this one; the first has none. */
  @Optional() @Matches(HASH) previous?: string;
  /** SHA-256 of this entry without this field. */
  @Optional() @Matches(HASH) hash?: string;
}
