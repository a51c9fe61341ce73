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

export const SIGNALS = ['cancel', 'pause', 'resume', 'modify', 'retry', 'wake'] as const;
export type SignalName = (typeof SIGNALS)[number];
