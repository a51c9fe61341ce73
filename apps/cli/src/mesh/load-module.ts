import { pathToFileURL } from 'node:url';
import type { Manifest } from '@waggle/bus';
import { WaggleError } from '@waggle/protocol';
import type { ServiceDefinition } from '@waggle/service';

/** The one place where code is loaded by a path that was found or given: services are discovered, never imported. */
const load = async (file: string): Promise<Record<string, unknown>> => {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new WaggleError('CONFIG_INVALID', `${file} cannot be loaded: ${(cause as Error).message}`, { path: file, cause });
  }
};

/** What a service's entry exports as `service`. */
export const loadService = async (file: string): Promise<ServiceDefinition> => {
  const { service } = await load(file);
  if (typeof service !== 'object' || service === null || !('manifest' in service) || !('module' in service)) {
    throw new WaggleError('CONFIG_INVALID', `${file} exports no \`service\``, { path: file });
  }
  return service as ServiceDefinition;
};

/** What a module exports as `manifest`. */
export const loadManifestModule = async (file: string): Promise<Manifest> => {
  const { manifest } = await load(file);
  if (typeof manifest !== 'object' || manifest === null)
    throw new WaggleError('INVALID_MANIFEST', `${file} exports no \`manifest\``, { path: file });
  return manifest as Manifest;
};
