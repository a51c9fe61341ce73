import { agentManifest, type Manifest } from '@waggle/agent';

/** Beside what every agent may: what it remembers of repositories, of all tenants it works for. */
export const manifest: Manifest = agentManifest('reviewer', { buckets: { TRENDS: { write: ['*.*'] } } });
