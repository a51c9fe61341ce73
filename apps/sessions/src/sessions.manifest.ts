import type { Manifest } from '@waggle/bus';

/** Owns MEMORY, SESSIONS and channels: others read them, and write by asking. */
export const manifest: Manifest = {
  name: 'sessions',
  kind: 'core',
  publishes: ['channel', 'alarm', 'event', 'submit', 'signal', 'blob', 'audit', 'beat', 'card'],
  consumes: ['ALARM', 'WAIT'],
  rereads: ['SUBMIT', 'BLOB', 'CHANNEL', 'FLOW'],
  folds: ['CHANNEL'],
  inspects: ['KV_MEMORY'],
  readsLeader: ['KV_MEMORY', 'KV_SESSIONS'],
  purges: ['KV_MEMORY', 'KV_SESSIONS', 'CHANNEL', 'ALARM', 'WAIT'],
  buckets: { MEMORY: { write: ['>'] }, SESSIONS: { write: ['>'] } },
  serves: ['health'],
  servesTenants: [
    ...['set', 'merge', 'delete', 'history', 'keys', 'validate'],
    ...['create', 'join', 'leave', 'declare', 'close', 'session', 'sessions'],
    ...['send', 'read', 'latest'],
    ...['point', 'arrive', 'points'],
    ...['checkpoint', 'checkpoints', 'rollback', 'effect'],
    ...['resource', 'request', 'renew', 'release', 'resources'],
  ],
};
