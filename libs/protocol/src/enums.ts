/** Task and flow states, in the terms of A2A 1.0. */
export const STATES = ['SUBMITTED', 'WORKING', 'INPUT_REQUIRED', 'AUTH_REQUIRED', 'COMPLETED', 'FAILED', 'CANCELED', 'REJECTED'] as const;
export type State = (typeof STATES)[number];

/** States after which nothing follows. */
export const END_STATES = ['COMPLETED', 'FAILED', 'CANCELED', 'REJECTED'] as const;
export type EndState = (typeof END_STATES)[number];

/** From the most to the least urgent: an agent has one queue for each. */
export const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

export const INTENTS = ['request', 'response', 'notify', 'handoff', 'escalate', 'command', 'event'] as const;
export type Intent = (typeof INTENTS)[number];

/** What one attempt of a task can end in: everything an agent may want is a kind of result. */
export const RESULT_KINDS = ['completed', 'failed', 'rejected', 'handoff', 'escalate', 'delegated'] as const;
export type ResultKind = (typeof RESULT_KINDS)[number];

export const HANDOFF_REASONS = ['NEEDS_SPECIALIST', 'OVERLOADED', 'BLOCKED', 'PHASE_COMPLETE', 'FAILED', 'ESCALATED'] as const;
export type HandoffReason = (typeof HANDOFF_REASONS)[number];

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const SIGNALS = ['cancel', 'pause', 'resume', 'modify', 'retry', 'wake', 'notify', 'event'] as const;
export type SignalName = (typeof SIGNALS)[number];

/** Who is asked, in this order, until somebody answers. */
export const RUNGS = ['specialist', 'lead', 'human', 'on-call'] as const;
export type Rung = (typeof RUNGS)[number];

export const SUPPORT_URGENCIES = ['low', 'medium', 'high', 'critical'] as const;
export type SupportUrgency = (typeof SUPPORT_URGENCIES)[number];

export const CONFLICT_TYPES = ['code_quality', 'patch', 'verdict', 'memory', 'resource', 'priority', 'other'] as const;
export type ConflictType = (typeof CONFLICT_TYPES)[number];

export const RESOLUTION_STRATEGIES = ['position', 'merge', 'sequence', 'precedent', 'human'] as const;
export type ResolutionStrategy = (typeof RESOLUTION_STRATEGIES)[number];

export const INCIDENT_SEVERITIES = ['sev1', 'sev2', 'sev3', 'sev4'] as const;
export type IncidentSeverity = (typeof INCIDENT_SEVERITIES)[number];

export const INCIDENT_STATES = ['open', 'assessed', 'responding', 'mitigated', 'resolved', 'closed'] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

export const AUDIT_OUTCOMES = ['done', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];
