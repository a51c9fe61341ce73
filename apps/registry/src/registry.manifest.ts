import type { Manifest } from '@waggle/bus';

/** What the registry may say and hear. It alone writes who offers what, and hands back what the dead held. */
export const manifest: Manifest = {
  name: 'registry',
  kind: 'core',
  publishes: ['event', 'audit', 'beat', 'card'],
  hears: ['beat', 'card'],
  folds: ['BEAT'],
  inspects: ['TASK'],
  buckets: { DIRECTORY: { write: ['>'] }, QUOTAS: { write: ['>'] }, PROFILES: { read: ['>'] } },
  serves: ['find', 'health'],
  handsBack: true,
};
