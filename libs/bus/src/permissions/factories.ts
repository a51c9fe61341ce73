import type { Manifest } from './manifest.js';

/**
 * Memory and sessions of a tenant are read where they lie, and written by the service that owns them. Locks of a tenant
 * are written by whoever holds or wants them.
 */
const shared = (tenant = '*'): NonNullable<Manifest['buckets']> => ({
  LOCKS: { write: [`${tenant}.>`] },
  MEMORY: { read: [`${tenant}.>`] },
  SESSIONS: { read: [`${tenant}.>`] },
});

type More = Partial<Omit<Manifest, 'name' | 'kind'>>;

/**
 * What every agent needs: its queues, results and progress, child flows and events as itself, blobs, its card and beats, and a
 * corner of CACHE that nobody else can read or write.
 * `more` replaces or adds; `alone: true` for foreign code.
 */
export const agentManifest = (name: string, more: More = {}): Manifest => ({
  name,
  kind: 'agent',
  publishes: ['result', 'progress', 'start', 'submit', 'signal', 'event', 'audit', 'blob', 'beat', 'card'],
  pullsTasks: true,
  watchesOwn: true,
  rereads: ['BLOB'],
  hears: ['channel'],
  calls: ['registry.find'],
  callsInTenant: ['sessions'],
  ...more,
  buckets: { CACHE: { write: [`${more.tenant ?? '*'}.${name}.*`] }, ...shared(more.tenant), ...more.buckets },
});

/** What a plain client of one tenant needs: submits, signals and says what happened as itself, hears and reads its own flows, keeps blobs. */
export const clientManifest = (name: string, tenant: string): Manifest => ({
  name,
  kind: 'client',
  tenant,
  publishes: ['submit', 'signal', 'event', 'answer', 'blob'],
  watchesOwn: true,
  rereads: ['BLOB'],
  hears: ['channel'],
  buckets: shared(tenant),
  callsInTenant: ['sessions'],
});
