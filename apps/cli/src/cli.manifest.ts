import type { Manifest } from '@waggle/bus';

/** What the person at the command line may say and hear: as an operator, whose signals count for flows of others. */
export const manifest: Manifest = {
  name: 'cli',
  kind: 'edge',
  publishes: ['submit', 'signal', 'answer', 'event', 'blob', 'audit'],
  hears: ['outcome', 'status', 'progress', 'ask', 'rung', 'beat', 'card'],
  watchesOwn: true,
  rereads: ['SUBMIT', 'FLOW', 'TASK', 'RESULT', 'PROGRESS', 'ESCALATION', 'DLQ', 'BLOB'],
  folds: ['FLOW', 'PROGRESS', 'WAIT', 'ESCALATION', 'DLQ', 'BEAT'],
  purges: ['DLQ'],
  inspects: ['SUBMIT', 'INPUT', 'FLOW', 'TASK', 'RESULT', 'TIMER', 'DLQ', 'BLOB', 'KV_LOCKS'],
  buckets: {
    WORKFLOWS: { write: ['>'] },
    DIRECTORY: { read: ['>'] },
    QUOTAS: { read: ['>'], write: ['freeze.>'] },
    MEMORY: { read: ['*.>'] },
    SESSIONS: { read: ['*.>'] },
    LOCKS: { write: ['>'] },
  },
  calls: ['registry.agents', 'registry.find', 'registry.health', 'coordinator.describe', 'coordinator.list', 'coordinator.health'],
  callsInTenant: ['sessions'],
  discovers: true,
  operate: true,
};
