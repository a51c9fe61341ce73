import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { processId, withLockFile } from '@waggle/broker';
import { codeOf, WaggleError } from '@waggle/protocol';
import { manifest as cli } from '../cli.manifest.js';
import { redact } from '../output/redact.js';
import { manifest as provisioner } from '../provisioner.manifest.js';
import { Session } from '../session/session.js';
import { discoverServices } from './discover.js';
import type { MeshFolder } from './folder.js';
import { externalBroker, ownBroker, type MeshBroker } from './mesh-broker.js';
import { DEFAULT_TENANT, Roster } from './roster.js';
import { ServiceGroup, type ServiceEvents } from './service-group.js';
import { readState, removeState, writeState, type MeshState } from './state.js';
import { storageFor } from './storage.js';
import { makeQueues, makeTopology, type ProvisionerAccess } from './topology.js';
import { readWorkflows, storeWorkflows } from './workflows.js';

export interface MeshOptions {
  root: string;
  folder: MeshFolder;
  /** Each service as a process of its own. */
  processes: boolean;
  port?: number;
  /** Folders of services beside those of the house. */
  agents?: readonly string[];
  /** A broker of the user's instead of one of ours. */
  brokerUrl?: string;
  /** That broker has one account for all. */
  trusted?: boolean;
  events: MeshEvents;
}

export interface MeshEvents extends ServiceEvents {
  onProgress(text: string): void;
  onBroker(broker: { url: string; version: string; how: string; external: boolean }): void;
  onBrokerDown(why: string): void;
}

/** A mesh that runs: broker, topology, workflows and services, and what other commands find it by. */
export class Mesh {
  private constructor(
    private readonly options: MeshOptions,
    private readonly broker: MeshBroker,
    private readonly roster: Roster,
    readonly session: Session,
    private readonly services: ServiceGroup,
  ) {}

  /** Starts everything, or nothing: what was started is stopped again where a part fails. `ALREADY_RUNNING`, `BROKER_…`, `CONFIG_INVALID`. */
  static async start(options: MeshOptions): Promise<Mesh> {
    const { folder } = options;
    await mkdir(folder.path, { recursive: true });
    return withLockFile(folder.lock, { wait: 0, code: 'ALREADY_RUNNING' }, async () => {
      const running = await readState(folder);
      if (running) throw new WaggleError('ALREADY_RUNNING', `a mesh runs on ${folder.path} (process ${running.owner.pid}, ${running.url})`);
      return Mesh.#start(options);
    });
  }

  static async #start(options: MeshOptions): Promise<Mesh> {
    const { root, folder, events, brokerUrl, trusted = false } = options;
    const services = await discoverServices(root, options.agents);
    const workflows = await readWorkflows(join(root, 'workflows'));
    const roster = await Roster.of(services, folder);
    await mkdir(folder.data, { recursive: true, mode: 0o700 });
    const storage = brokerUrl === undefined ? await storageFor(folder.data) : undefined;
    const broker =
      brokerUrl === undefined
        ? await ownBroker({
            ...options,
            config: await roster.config(),
            storage: storage!,
            onProgress: events.onProgress,
            onDown: events.onBrokerDown,
          })
        : externalBroker(brokerUrl);
    const undo: (() => Promise<void>)[] = [() => broker.stop()];
    try {
      events.onBroker(broker);
      if (broker.external && !trusted) await roster.config();
      const access = await accessOf(broker.url, roster, trusted);
      await makeTopology(access, { manifests: roster.manifests, storage, external: broker.external });
      const seed = trusted ? undefined : await roster.keys.seed(cli.name);
      const session = await Session.to({ servers: broker.url, me: cli.name, manifest: cli, seed, tenant: DEFAULT_TENANT, trusted });
      undo.unshift(() => session.close());
      await storeWorkflows(session.bus, workflows);
      const group = new ServiceGroup({
        services,
        folder,
        keys: roster.keys,
        url: broker.url,
        tenant: DEFAULT_TENANT,
        trusted,
        processes: options.processes,
        events,
      });
      undo.unshift(() => group.stop());
      const mesh = new Mesh(options, broker, roster, session, group);
      await group.start(session.bus, () => mesh.#note());
      await mesh.#note();
      return mesh;
    } catch (error) {
      for (const step of undo) await step().catch(() => undefined);
      throw error;
    }
  }

  get url(): string {
    return redact(this.broker.url);
  }

  /** Takes what `allow` and `revoke` wrote: rights by a reload, queues of those who came in. The result stands in the state. */
  async applyAllowed(): Promise<void> {
    const before = new Set(this.roster.manifests.map(({ name }) => name));
    try {
      await this.roster.refresh();
      const { trusted = false } = this.options;
      if (!trusted) await this.broker.reload(await this.roster.config());
      const agents = this.roster.manifests.filter(({ name, kind }) => kind === 'agent' && !before.has(name));
      await makeQueues(await accessOf(this.broker.url, this.roster, trusted), agents);
      await this.#note();
    } catch (error) {
      const { mark } = this.roster.allowed;
      await this.#note({ mark, code: codeOf(error) ?? 'INTERNAL', message: redact((error as Error).message) });
    }
  }

  /** Graceful: services drain first, the broker goes last. */
  async stop(): Promise<void> {
    await this.services.stop();
    await this.session.close();
    await this.broker.stop();
    await removeState(this.options.folder);
  }

  #applied = '';

  async #note(applyError?: MeshState['applyError']): Promise<void> {
    const { folder, processes, trusted = false } = this.options;
    if (applyError === undefined) this.#applied = this.roster.allowed.mark;
    await writeState(folder, {
      owner: await processId(),
      url: this.url,
      tenant: DEFAULT_TENANT,
      trusted,
      external: this.broker.external,
      mode: processes ? 'processes' : 'one process',
      startedAt: this.#startedAt,
      broker: { pid: this.broker.pid, version: this.broker.version, how: this.broker.how },
      services: this.services.list(),
      applied: this.#applied,
      applyError,
    });
  }

  readonly #startedAt = new Date().toISOString();
}

const accessOf = async (servers: string, roster: Roster, trusted: boolean): Promise<ProvisionerAccess> => ({
  servers,
  trusted,
  seed: trusted ? undefined : await roster.keys.seed(provisioner.name),
});
