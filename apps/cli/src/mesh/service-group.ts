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
import { Supervisor } from './supervisor.js';

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

  constructor(private readonly options: ServiceGroupOptions) {}

  /** Resolves once all are up. `onChange` is told whenever one came up again. */
  async start(bus: Bus, onChange: () => Promise<void>): Promise<void> {
    const cards = new CardWatch(bus);
    for (const service of this.options.services) this.#supervisors.push(await this.#supervise(service, cards, onChange));
    await Promise.all(this.#supervisors.map((supervisor) => supervisor.start()));
  }

  list(): { name: string; pid?: number }[] {
    return this.#supervisors.map(({ name, pid }) => ({ name, pid }));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#supervisors.map((supervisor) => supervisor.stop()));
    await Promise.all(this.#logs.map((log) => log.close()));
  }

  async #supervise(service: FoundService, cards: CardWatch, onChange: () => Promise<void>): Promise<Supervisor> {
    const { events, processes } = this.options;
    const { name } = service;
    const settings = await this.#settings(name);
    return new Supervisor(name, (signal) => (processes ? spawnService(service, settings, cards) : hostService(service, settings, signal)), {
      onUp: (pid, again) => {
        events.onUp({ name, pid, again });
        if (again) void onChange().catch((error: unknown) => events.onError((error as Error).message));
      },
      onDown: (why, wait) => events.onDown({ name, why, wait }),
    });
  }

  async #settings(name: string): Promise<ServiceSettings> {
    const { folder, keys, url, tenant, trusted, events } = this.options;
    const log = new ServiceLog(folder.logs, name, (text) => events.onError(text));
    this.#logs.push(log);
    const key = trusted ? {} : { seed: await keys.seed(name), seedFile: keys.seedFile(name) };
    return { url, tenant, trusted, ...key, logLevel: logLevel(), log };
  }
}
