import { IsArray, IsIn, IsNumber, IsString, Matches, Max, Min } from 'class-validator';
import { SUPPORT_URGENCIES, type SupportUrgency } from '../enums.js';
import { TOKEN } from '../ids.js';
import { IsTime, NestedList, Optional } from '../validation/decorators.js';

/** Help that an agent asks for. */
export class SupportRequest {
  @Optional() @Matches(TOKEN) fromAgent?: string;
  @IsString() reason!: string;
  @IsIn([...SUPPORT_URGENCIES]) urgency!: SupportUrgency;
}

/** How an agent stands with what it works on, as it reports it itself. */
export class AgentStatus {
  @Matches(TOKEN) agent!: string;
  @Optional() @Matches(TOKEN) instance?: string;
  /** `flowId/taskId`, when it works on one. */
  @Optional() @IsString() currentTask?: string;
  /** Percent, 0 to 100. */
  @IsNumber() @Min(0) @Max(100) progress!: number;
  @Optional() @IsTime() estimatedCompletion?: string;
  @IsArray() @IsString({ each: true }) blockers!: string[];
  @NestedList(() => SupportRequest) requestedSupport!: SupportRequest[];
}
