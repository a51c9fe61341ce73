import { IsArray, IsIn, IsString, Matches } from 'class-validator';
import { INCIDENT_SEVERITIES, INCIDENT_STATES, type IncidentSeverity, type IncidentState } from '../enums.js';
import { TOKEN } from '../ids.js';
import { IsTime, NestedList, Optional } from '../validation/decorators.js';

/** One line of an incident's history. */
export class IncidentEntry {
  @IsTime() at!: string;
  @IsString() by!: string;
  @IsString() what!: string;
}

/** Something is broken, from the first report to the post-mortem: each message holds the whole of it. */
export class Incident {
  @Matches(TOKEN) id!: string;
  @IsString() title!: string;
  @IsString() description!: string;
  @IsIn([...INCIDENT_SEVERITIES]) severity!: IncidentSeverity;
  @IsIn([...INCIDENT_STATES]) state!: IncidentState;
  @IsArray() @IsString({ each: true }) symptoms!: string[];
  @IsArray() @IsString({ each: true }) affectedSystems!: string[];
  @IsArray() @IsString({ each: true }) errors!: string[];
  /** Agents that work on it. */
  @IsArray() @Matches(TOKEN, { each: true }) responders!: string[];
  @NestedList(() => IncidentEntry) timeline!: IncidentEntry[];
  @Optional() @IsString() rootCause?: string;
  @IsTime() openedAt!: string;
  @Optional() @IsTime() resolvedAt?: string;
}
