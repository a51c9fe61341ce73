import type { Bus } from '@waggle/bus';
import type { LogLevel } from '@waggle/service';
import { CardWatch } from './card-watch.js';
import { spawnService } from './child-service.js';
import type { FoundService } from './discover.js';
import type { MeshFolder } from './folder.js';
import { hostService } from './hosted-service.js';
import type { Keys } from './keys.js';
import { ServiceLog } from './service-log.js';
import type { ServiceSettings } from './service-settings.js';
import { Supervisor, type Life } from './supervisor.js';

export interface ServiceEvents {
  onUp: (service: { name: string; pid?: number; again: boolean }) => void;
  onDown: (service: { name: string; why: string; wait: number }) => void;
  /** A service logged an error. */
  onError: (text: string) => void;
}

export interface ServiceGroupOptions {
  services: readonly FoundService[];
  folder: MeshFolder;
  keys: Keys;
  url: string;
  tenant: string;
  trusted: boolean;
  processes: boolean;
  events: ServiceEvents;
}

const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
const logLevel = (): LogLevel => LEVELS.find((level) => level === process.env['LOG_LEVEL']?.toLowerCase()) ?? 'info';

/** All services of a mesh, in this process or each in its own. */
export class ServiceGroup {
  readonly #supervisors: Supervisor[] = [];
  readonly #logs: ServiceLog[] = [];
  /** What each was started with last. */
  readonly #seeds = new Map<string, string | undefined>();

  constructor(private readonly options: ServiceGroupOptions) {}

  /** Resolves once all are up. `onChange` is told whenever one came up again. */
  async start(bus: Bus, onChange: () => Promise<void>): Promise<void> {
    const cards = new CardWatch(bus);
    for (const service of this.options.services) this.#supervisors.push(this.#supervise(service, cards, onChange));
    await Promise.all(this.#supervisors.map((supervisor) => supervisor.start()));
  }

  list(): { name: string; pid?: number }[] {
    return this.#supervisors.map(({ name, pid }) => ({ name, pid }));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#supervisors.map((supervisor) => supervisor.stop()));
    await Promise.all(this.#logs.map((log) => log.close()));
  }

  /** Has services whose key has changed sign in with the new one, one after another and with none ever away. */
  async moveToKeys(): Promise<void> {
    for (const supervisor of this.#supervisors) {
      const { name } = supervisor;
      if (this.options.trusted || this.#seeds.get(name) === (await this.options.keys.seed(name))) continue;
      await supervisor.replace();
    }
  }

  #supervise(service: FoundService, cards: CardWatch, onChange: () => Promise<void>): Supervisor {
    const { folder, events, processes } = this.options;
    const { name } = service;
    const log = new ServiceLog(folder.logs, name, (text) => events.onError(text));
    this.#logs.push(log);
    const begin = async (signal: AbortSignal): Promise<Life> => {
      const settings = await this.#settings(name, log);
      return processes ? spawnService(service, settings, cards) : hostService(service, settings, signal);
    };
    return new Supervisor(name, begin, {
      onUp: (pid, again) => {
        events.onUp({ name, pid, again });
        if (again) void onChange().catch((error: unknown) => events.onError((error as Error).message));
      },
      onDown: (why, wait) => events.onDown({ name, why, wait }),
    });
  }

  /** For one life: the key is read anew for each. */
  async #settings(name: string, log: ServiceLog): Promise<ServiceSettings> {
    const { keys, url, tenant, trusted } = this.options;
    if (trusted) return { url, tenant, trusted, logLevel: logLevel(), log };
    const seed = await keys.seed(name);
    this.#seeds.set(name, seed);
    return { url, tenant, trusted, seed, seedFile: keys.seedFile(name), logLevel: logLevel(), log };
  }
}
