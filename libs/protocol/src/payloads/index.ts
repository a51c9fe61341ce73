export { BlobRef, INLINE_LIMIT, isValueRef, type ValueRef } from './value.js';
export { Fault, ProblemDto } from './fault.js';
export { ParentRef, ReplayRef, ResumeRef, Signal, Submit } from './submit.js';
export { Artifact, ChildEnd, DeadLetter, TaskAbort, TaskDispatch, TaskProgress, TaskResult, TaskStart } from './task.js';
export { AskStatus, FlowStatus, Outcome, OutcomeSummary, StepStatus } from './flow.js';
export { AgentCard, AgentSkill, Beat, HeldTask, type DirectoryOffer, type DirectorySkill } from './agent.js';
export { WorkspaceRef } from './workspace.js';
export { HandoffContext, HandoffRequest } from './handoff.js';
export { EscalationDecision, EscalationOption, EscalationRequest, LadderRung } from './escalation.js';
export { AgentStatus, SupportRequest } from './agent-status.js';
export { ActionItem, Conflict, ConflictPosition, Resolution } from './conflict.js';
export { Incident, IncidentEntry } from './incident.js';
export { MetricsSample } from './metrics.js';
export { AuditEntry } from './audit.js';
export { AlarmDue, ChannelMessage } from './channel.js';
export {
  MEMORY_KEY,
  MEMORY_WRITES,
  memoryKeys,
  SHARED,
  SYNC_STATES,
  type Checkpoint,
  type FlowShare,
  type MemoryEntry,
  type MemoryWrite,
  type ResourceGrant,
  type ResourceOwner,
  type ResourceRequest,
  type ResourceState,
  type SessionAgent,
  type SessionEffect,
  type SessionRollback,
  type SessionState,
  type StateKey,
  type SyncPoint,
  type SyncState,
} from './memory.js';
export { BusEvent, InputOrigin, TimerDue, TransitionEnvelope, WaitEntry } from './coordination.js';
