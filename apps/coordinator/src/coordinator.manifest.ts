import type { Manifest } from '@waggle/bus';
import { RETENTION_CONSUMERS } from '@waggle/protocol';

/** The only writer of flow logs, dispatches, timers and outcomes; it reads what flows are decided by. */
export const manifest: Manifest = {
  name: 'coordinator',
  kind: 'core',
  publishes: [
    'flow',
    'outcome',
    'task',
    'abort',
    'timer',
    'rung',
    'ask',
    'wait',
    'status',
    'dlq',
    'submit',
    'signal',
    'audit',
    'blob',
    'beat',
    'card',
  ],
  hears: ['beat'],
  consumes: [
    { stream: 'INPUT', consumers: ['*'] },
    { stream: 'FLOW', consumers: Object.values(RETENTION_CONSUMERS) },
  ],
  rereads: ['FLOW', 'TASK', 'SUBMIT', 'ESCALATION', 'DLQ', 'TIMER', 'WAIT', 'PROGRESS', 'BLOB'],
  folds: ['FLOW', 'WAIT', 'EVENT', 'ESCALATION', 'PROGRESS', 'SUBMIT', 'RESULT', 'TIMER'],
  readsLeader: ['FLOW', 'RESULT', 'SUBMIT', 'EVENT', 'WAIT', 'ESCALATION', 'PROGRESS', 'KV_DIRECTORY', 'KV_QUOTAS', 'KV_WORKFLOWS'],
  // SUBMIT: what blocks the inputs behind it, see inputs/blocked-sources.ts
  purges: ['SUBMIT', 'FLOW', 'TASK', 'RESULT', 'TIMER', 'WAIT', 'ESCALATION', 'PROGRESS'],
  inspects: ['INPUT', 'FLOW', 'TASK', 'TIMER', 'EVENT', 'PROGRESS', 'SUBMIT', 'RESULT', 'ESCALATION'],
  buckets: { WORKFLOWS: { read: ['>'] }, DIRECTORY: { read: ['>'] }, QUOTAS: { read: ['>'] } },
  serves: ['describe', 'list', 'health'],
};
