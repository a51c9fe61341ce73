export { Agent, Skill, type AgentOptions, type Shape, type SkillOptions } from './definition/decorators.js';
export { agentDefinition, type AgentDefinition, type SkillDefinition } from './definition/agent-definition.js';
export type { CallOptions, TaskContext } from './context/task-context.js';
export type { Workspaces } from './context/workspaces.js';
export { TaskError, type TaskErrorOptions } from './task-error.js';
export { AgentRuntime, type AgentRuntimeOptions } from './runtime/agent-runtime.js';
export { agentService, bootstrapAgent } from './nest/agent-service.js';
export { agentManifest, type Manifest } from '@waggle/bus';
export { runService, type ServiceDefinition } from '@waggle/service';
