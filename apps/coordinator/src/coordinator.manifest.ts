import type { Manifest } from '@waggle/bus';
import { RETENTION_CONSUMERS } from '@waggle/protocol';

/** What the coordinator may say and hear. It alone writes flows, tasks, timers and outcomes. */
export const manifest: Manifest = {
  name: 'coordinator',
  kind: 'core',
  publishes: [
    'flow',
    'outcome',
    'task',
    'abort',
    'timer',
    'wait',
    'status',
    'ask',
    'dlq',
    'submit',
    'signal',
    'event',
    'blob',
    'audit',
    'beat',
    'card',
  ],
  hears: ['beat'],
  consumes: [
    { stream: 'INPUT', consumers: ['*'] },
    { stream: 'FLOW', consumers: Object.values(RETENTION_CONSUMERS) },
  ],
  rereads: ['SUBMIT', 'FLOW', 'TASK', 'RESULT', 'TIMER', 'WAIT', 'EVENT', 'ESCALATION', 'PROGRESS', 'DLQ', 'BLOB'],
  folds: ['FLOW', 'WAIT', 'EVENT', 'BEAT'],
  readsLeader: ['FLOW', 'RESULT'],
  purges: ['FLOW', 'TASK', 'RESULT', 'TIMER', 'INPUT', 'WAIT', 'PROGRESS'],
  inspects: ['FLOW', 'TIMER', 'INPUT'],
  buckets: { WORKFLOWS: { read: ['>'] }, QUOTAS: { read: ['>'] }, DIRECTORY: { read: ['>'] } },
  calls: ['registry.find'],
  serves: ['describe', 'health'],
};
