export { BlobRef, INLINE_LIMIT, isValueRef, type ValueRef } from './value.js';
export { Fault, ProblemDto } from './fault.js';
export { ParentRef, Signal, Submit } from './submit.js';
export { Artifact, DeadLetter, TaskAbort, TaskDispatch, TaskProgress, TaskResult, TaskStart } from './task.js';
export { FlowStatus, Outcome, StepStatus } from './flow.js';
export { AgentCard, AgentSkill, Beat, HeldTask, type DirectoryOffer, type DirectorySkill } from './agent.js';
