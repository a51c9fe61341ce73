import type { Manifest } from '@waggle/bus';

/** Hears who is there and what they hold, writes who offers what, and hands back what the dead held. */
export const manifest: Manifest = {
  name: 'registry',
  kind: 'core',
  publishes: ['event', 'beat', 'card'],
  hears: ['beat', 'card'],
  rereads: ['BEAT'],
  folds: ['BEAT'],
  inspects: ['BEAT'],
  readsLeader: ['KV_DIRECTORY'],
  buckets: { DIRECTORY: { read: ['>'], write: ['>'] } },
  serves: ['find', 'agents', 'stats', 'acquire', 'release', 'health'],
  handsBack: true,
};
