import type { Manifest } from './manifest.js';

/** The account of the core services, the only one with JetStream. */
export const CORE_ACCOUNT = 'MESH';

/** The broker's own account: nobody signs in to it; it exports the closing of connections to the core. */
export const SYSTEM_ACCOUNT = 'SYS';

/** Which account a service signs in to. Inside one account permissions confine nobody, hence the borders (docs/security.md). */
export const accountOf = (manifest: Pick<Manifest, 'name' | 'kind' | 'tenant' | 'alone'>): string => {
  switch (manifest.kind) {
    case 'core':
      return CORE_ACCOUNT;
    case 'edge':
      return 'EDGE';
    case 'agent':
      return manifest.alone ? `AGENT_${manifest.name}` : 'AGENTS';
    case 'client':
      return `TENANT_${manifest.tenant}`;
  }
};

export const isBehindBorder = (manifest: Pick<Manifest, 'kind'>): boolean => manifest.kind !== 'core';
