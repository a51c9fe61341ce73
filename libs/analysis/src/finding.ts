import { createHash } from 'node:crypto';
import { Nested, NestedList, Optional, SEVERITIES, type Severity } from '@waggle/protocol';
import { IsArray, IsIn, IsInt, IsNumber, IsString, Matches, Min } from 'class-validator';

export const CATEGORIES = ['debt', 'security'] as const;
export type Category = (typeof CATEGORIES)[number];

/** How sure a rule is that what it found is what it says. */
export const CONFIDENCES = ['high', 'medium', 'low'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** The lines of code that a finding shows. */
export class Evidence {
  /** Number of the first line, from 1. */
  @IsInt() @Min(1) from!: number;
  @IsArray() @IsString({ each: true }) lines!: string[];
}

/** A place in another file that a finding speaks of. */
export class RelatedPlace {
  @IsString() file!: string;
  @IsInt() @Min(1) line!: number;
  @IsInt() @Min(1) endLine!: number;
}

/** A figure that led to the finding, e.g. complexity 23 where 15 is allowed. */
export class Measured {
  @IsString() name!: string;
  @IsNumber() value!: number;
  @Optional() @IsNumber() limit?: number;
}

/** One thing found at one place by one rule. Why it matters and what to do stand with the rule. */
export class Finding {
  /** Stable fingerprint: the same after lines were added elsewhere in the file. */
  @Matches(/^[0-9a-f]{16}$/) id!: string;
  /** A RuleInfo's id. */
  @IsString() rule!: string;
  @IsString() title!: string;
  @IsIn([...SEVERITIES]) severity!: Severity;
  @IsIn([...CATEGORIES]) category!: Category;
  /** The agent that found it. */
  @IsString() specialist!: string;
  @IsString() file!: string;
  /** From 1. */
  @IsInt() @Min(1) line!: number;
  @IsInt() @Min(1) endLine!: number;
  /** From 1, in UTF-16 code units. */
  @IsInt() @Min(1) column!: number;
  /** The column after the last character. */
  @IsInt() @Min(1) endColumn!: number;
  /** What is wrong here, in one or two sentences. */
  @IsString() message!: string;
  @Nested(() => Evidence) evidence!: Evidence;
  @Optional() @NestedList(() => Measured) metrics?: Measured[];
  @Optional() @NestedList(() => RelatedPlace) related?: RelatedPlace[];
  /** `high` where it is not said. */
  @Optional() @IsIn([...CONFIDENCES]) confidence?: Confidence;
  /** Hours it takes to mend, about. */
  @Optional() @IsNumber() @Min(0) effort?: number;
}

/** What a rule says of all its findings. */
export class RuleInfo {
  @Matches(/^[a-z0-9-]+(\/[a-z0-9-]+)*$/) id!: string;
  @IsString() title!: string;
  @IsIn([...SEVERITIES]) severity!: Severity;
  @IsIn([...CATEGORIES]) category!: Category;
  /** Why it matters. */
  @IsString() why!: string;
  /** What to do. */
  @IsString() remedy!: string;
  /** Number in the Common Weakness Enumeration. */
  @Optional() @IsInt() cwe?: number;
  /** Entry of the OWASP Top Ten of 2021, `A01` to `A10`. */
  @Optional() @Matches(/^A(0[1-9]|10)$/) owasp?: string;
}

/** From the worst (0) to the mildest. */
export const severityRank = (severity: Severity): number => SEVERITIES.indexOf(severity);

/** One step milder; `info` stays. */
export const milder = (severity: Severity): Severity => SEVERITIES[Math.min(severityRank(severity) + 1, SEVERITIES.length - 1)]!;

/**
 * A finding's id: rule, file, the text it stands on with its spaces evened out, and which of several equal ones it is.
 * Line numbers are left out, so an edit elsewhere does not make it a new finding.
 */
export const fingerprint = (of: { rule: string; file: string; subject: string; ordinal: number }): string =>
  createHash('sha256')
    .update(JSON.stringify([of.rule, of.file, of.subject.replace(/\s+/g, ' ').trim(), of.ordinal]))
    .digest('hex')
    .slice(0, 16);
