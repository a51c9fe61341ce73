import { fromPublic } from '@nats-io/nkeys';
import { WaggleError, isToken, problem, type Problem } from '@waggle/protocol';
import { isBehindBorder } from './accounts.js';
import type { Manifest } from './manifest.js';

const ENDPOINT = /^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{1,64}$/;
const KEY_PATTERN = /^(>|[A-Za-z0-9_~*-]+(\.[A-Za-z0-9_~*-]+)*(\.>)?)$/;

/** Throws `INVALID_MANIFEST` with everything that is wrong. Names end up in the broker's config: nothing but tokens may get there. */
export const checkManifests = (manifests: readonly Manifest[]): void => {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const [i, manifest] of manifests.entries()) {
    const at = isToken(manifest.name) ? manifest.name : `manifests[${i}]`;
    const wrong = (field: string, message: string): void => void problems.push(problem('INVALID_MANIFEST', message, `${at}.${field}`));
    if (!isToken(manifest.name)) wrong('name', 'the name must match [A-Za-z0-9_-]{1,64}');
    if (seen.has(manifest.name)) wrong('name', 'another manifest has this name');
    seen.add(manifest.name);
    if (manifest.tenant !== undefined && !isToken(manifest.tenant)) wrong('tenant', 'the tenant must match [A-Za-z0-9_-]{1,64}');
    if (manifest.kind === 'client' && manifest.tenant === undefined) wrong('tenant', 'a client needs a tenant');
    if (manifest.alone && manifest.kind !== 'agent') wrong('alone', 'only an agent can have an account of its own');
    if (isBehindBorder(manifest)) {
      for (const field of ['serves', 'servesTenants', 'handsBack', 'provisions', 'keepsBackups'] as const) {
        if (manifest[field]) wrong(field, 'only a core service can do this: the account has no way in');
      }
    }
    for (const call of manifest.calls ?? []) if (!ENDPOINT.test(call)) wrong('calls', `"${call}" is not service.endpoint`);
    for (const service of manifest.callsInTenant ?? [])
      if (!isToken(service)) wrong('callsInTenant', `"${String(service)}" is not a token`);
    for (const endpoint of [...(manifest.serves ?? []), ...(manifest.servesTenants ?? [])])
      if (!isToken(endpoint)) wrong('serves', `"${String(endpoint)}" is not a token`);
    for (const [bucket, { read = [], write = [] }] of Object.entries(manifest.buckets ?? {})) {
      for (const key of [...read, ...write]) if (!KEY_PATTERN.test(key)) wrong(`buckets.${bucket}`, `"${key}" is not a key pattern`);
    }
  }
  if (problems.length) throw new WaggleError('INVALID_MANIFEST', 'the manifests cannot be used', { problems });
};

/** The public keys of a name; throws `INVALID_MANIFEST` where there is none or one is no user's public nkey. */
export const keysOf = (keys: Readonly<Record<string, string | readonly string[]>>, name: string): string[] => {
  const found = Object.hasOwn(keys, name) ? [keys[name]!].flat() : [];
  if (found.length === 0) throw new WaggleError('INVALID_MANIFEST', `there is no key for "${name}"`, { path: `keys.${name}` });
  return found.map((key) => checkedKey(key, name));
};

const checkedKey = (key: string, name: string): string => {
  try {
    if (!key.startsWith('U')) throw new Error('a user key starts with U');
    fromPublic(key);
  } catch (cause) {
    throw new WaggleError('INVALID_MANIFEST', `the key of "${name}" is not the public nkey of a user`, { path: `keys.${name}`, cause });
  }
  return key;
};
