import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WaggleError } from '@waggle/protocol';
import { readAdvisory, sameName, type Advisory } from './advisory.js';
import type { Dependency } from './dependency.js';
import { isRecord, textOf } from './lines.js';

/** Where advisories come from. */
export interface AdvisorySource {
  /** Advisories that may speak of the packages; more than those do no harm. Rejects with the signal's reason. */
  find(dependencies: readonly Dependency[], signal: AbortSignal): Promise<Advisory[]>;
}

/** Most entries of a folder, and bytes of one, that are read. */
const MAX_ENTRIES = 500_000;
const MAX_BYTES = 2 * 1024 * 1024;
const AT_ONCE = 16;

const keyOf = (ecosystem: string, name: string): string => `${ecosystem}\n${sameName(ecosystem, name)}`;

/** A folder of OSV entries, one JSON a file, e.g. what https://osv-vulnerabilities.storage.googleapis.com/npm/all.zip unpacks to. */
export class OsvFolder implements AdvisorySource {
  constructor(private readonly folder: string) {}

  async find(dependencies: readonly Dependency[], signal: AbortSignal): Promise<Advisory[]> {
    const wanted = new Set(dependencies.map(({ ecosystem, name }) => keyOf(ecosystem, name)));
    const names = (await readdir(this.folder, { recursive: true }).catch((error: unknown) => this.refuse(error)))
      .filter((name) => name.endsWith('.json'))
      .slice(0, MAX_ENTRIES)
      .values();
    const found: Advisory[] = [];
    const work = async (): Promise<void> => {
      for (const name of names) {
        signal.throwIfAborted();
        const advisory = await this.read(join(this.folder, name));
        if (advisory?.affected.some((each) => wanted.has(keyOf(each.ecosystem, each.name)))) found.push(advisory);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  private async read(file: string): Promise<Advisory | undefined> {
    try {
      return (await stat(file)).size > MAX_BYTES ? undefined : readAdvisory(JSON.parse(await readFile(file, 'utf8')));
    } catch {
      return undefined;
    }
  }

  private refuse(error: unknown): never {
    throw new WaggleError('CONFIG_INVALID', `WAGGLE_OSV: ${this.folder} cannot be read as a folder`, { path: 'WAGGLE_OSV', cause: error });
  }
}

/** Packages that are asked about at once, advisories that are fetched in all, and milliseconds for an answer. */
const BATCH = 500;
const MAX_FETCHED = 500;
const PATIENCE = 20_000;

/** A server with the interface of https://api.osv.dev. It is told names and versions of packages, nothing else. */
export class OsvServer implements AdvisorySource {
  constructor(private readonly base: string) {}

  async find(dependencies: readonly Dependency[], signal: AbortSignal): Promise<Advisory[]> {
    const ids = new Set<string>();
    const asked = dependencies.filter(({ version }) => version !== undefined);
    for (let at = 0; at < asked.length; at += BATCH) {
      const queries = asked.slice(at, at + BATCH).map(({ ecosystem, name, version }) => ({ package: { ecosystem, name }, version }));
      const answer = await this.ask('/v1/querybatch', signal, { queries });
      const results = isRecord(answer) && Array.isArray(answer['results']) ? (answer['results'] as unknown[]) : [];
      for (const result of results.filter(isRecord))
        for (const vuln of (Array.isArray(result['vulns']) ? (result['vulns'] as unknown[]) : []).filter(isRecord)) {
          const id = textOf(vuln['id']);
          if (id !== undefined && /^[\w.:-]{1,100}$/.test(id)) ids.add(id);
        }
    }
    const waiting = [...ids].sort().slice(0, MAX_FETCHED).values();
    const found: Advisory[] = [];
    const work = async (): Promise<void> => {
      for (const id of waiting) {
        const advisory = readAdvisory(await this.ask(`/v1/vulns/${id}`, signal));
        if (advisory !== undefined) found.push(advisory);
      }
    };
    await Promise.all(Array.from({ length: 4 }, work));
    return found.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  private async ask(path: string, signal: AbortSignal, body?: unknown): Promise<unknown> {
    const response = await fetch(new URL(path, this.base), {
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
      redirect: 'error',
      ...(body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response.json();
  }
}

/** The source that WAGGLE_OSV names: a folder, or an https address (http on this machine); undefined when it names none. `CONFIG_INVALID`. */
export const advisorySource = (env: NodeJS.ProcessEnv): AdvisorySource | undefined => {
  const given = env['WAGGLE_OSV']?.trim();
  if (!given) return undefined;
  if (!/^https?:/.test(given)) return new OsvFolder(given);
  if (!URL.canParse(given) || (/^http:/.test(given) && !/^(localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(given).hostname)))
    throw new WaggleError('CONFIG_INVALID', 'WAGGLE_OSV: must be a folder or an https address', { path: 'WAGGLE_OSV' });
  return new OsvServer(given);
};
