import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { processId, withLockFile } from '@waggle/broker';
import { connectBus } from '@waggle/bus';
import { codeOf, WaggleError } from '@waggle/protocol';
import { manifest as cli } from '../cli.manifest.js';
import { redact } from '../output/redact.js';
import { manifest as provisioner } from '../provisioner.manifest.js';
import { Session } from '../session/session.js';
import { readHouseWorkflows, storeHouseWorkflows } from '../workflows/house-workflows.js';
import { readAllowed } from './allowed.js';
import { hearChanges, type Changes } from './changes.js';
import { discoverServices } from './discover.js';
import { makeFolder, type MeshFolder } from './folder.js';
import { markOf } from './mark.js';
import { externalBroker, ownBroker, type MeshBroker } from './mesh-broker.js';
import { DEFAULT_TENANT, Roster } from './roster.js';
import { ServiceGroup, type ServiceEvents } from './service-group.js';
import { startThriftily } from './start-thriftily.js';
import { readState, removeState, writeState, type MeshState } from './state.js';
import { storageFor } from './storage.js';
import { makeQueues, makeTopology, type ProvisionerAccess } from './topology.js';
import { refuseUnfinished } from './unfinished-restore.js';

export interface MeshOptions {
  root: string;
  folder: MeshFolder;
  /** Each service as a process of its own. */
  processes: boolean;
  port?: number;
  /** Every write is synced to disk before it is acknowledged; of a broker of the user's, that it does so. */
  sync?: 'always';
  /** Folders of services beside those of the house. */
  agents?: readonly string[];
  /** A broker of the user's instead of one of ours. */
  brokerUrl?: string;
  /** That broker has one account for all. */
  trusted?: boolean;
  events: MeshEvents;
  /** Calls the start off: what was started is stopped again. */
  signal: AbortSignal;
}

export interface MeshEvents extends ServiceEvents {
  onProgress: (text: string) => void;
  onBroker: (broker: { url: string; version: string; how: string; external: boolean }) => void;
  onBrokerDown: (why: string) => void;
}

/** A mesh that runs: broker, topology, workflows and services, and what other commands find it by. */
export class Mesh {
  private constructor(
    private readonly options: MeshOptions,
    private readonly broker: MeshBroker,
    private readonly roster: Roster,
    private readonly parts: { session: Session; services: ServiceGroup; changes: Changes },
  ) {}

  /** Starts everything, or nothing: what was started is stopped again where a part fails. `ALREADY_RUNNING`, `RESTORE_UNFINISHED`, `BROKER_…`, `CONFIG_INVALID`. */
  static async start(options: MeshOptions): Promise<Mesh> {
    const { folder } = options;
    await makeFolder(folder);
    return withLockFile(folder.lock, { wait: 0, code: 'ALREADY_RUNNING' }, async () => {
      const running = await readState(folder);
      if (running) throw new WaggleError('ALREADY_RUNNING', `a mesh runs on ${folder.path} (process ${running.owner.pid}, ${running.url})`);
      await refuseUnfinished(folder);
      return startThriftily(() => Mesh.#start(options));
    });
  }

  static async #start(options: MeshOptions): Promise<Mesh> {
    const { root, folder, events, brokerUrl, trusted = false, signal } = options;
    const services = await discoverServices(root, options.agents);
    const workflows = await readHouseWorkflows(root);
    const roster = await Roster.of(services, folder);
    const storage = brokerUrl === undefined ? await storageFor(folder.data) : undefined;
    const broker =
      storage === undefined ? externalBroker(brokerUrl!) : await ownBroker({ ...options, config: await roster.config(), storage });
    const undo: (() => Promise<void>)[] = [() => broker.stop()];
    // before anything tells others of this process: who is not listened for ends it
    const changes = hearChanges();
    undo.push(async () => changes.stop());
    try {
      events.onBroker(broker);
      if (broker.external && !trusted) await roster.config();
      const mark = await markOf(folder);
      requireWanted(signal);
      const access = await accessOf(broker.url, roster, trusted);
      if (broker.external) await requireReachable(broker.url);
      await makeTopology(access, { manifests: roster.manifests, storage, synced: options.sync === 'always', external: broker.external });
      // asked at each connection: the mesh itself moves to a rotated key by connecting again
      const seed = trusted ? undefined : () => readFileSync(roster.keys.seedFile(cli.name), 'utf8');
      const session = await Session.to({ servers: broker.url, me: cli.name, manifest: cli, seed, tenant: DEFAULT_TENANT, trusted });
      undo.unshift(() => session.close());
      await storeHouseWorkflows(session.bus, workflows, events.onProgress);
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
      const mesh = new Mesh(options, broker, roster, { session, services: group, changes });
      requireWanted(signal);
      await group.start(session.bus, () => mesh.#note());
      await mesh.#note(mark);
      // whoever was let in meanwhile is not in what the broker was given, and saw no mesh to tell of it
      if (!isDeepStrictEqual(await readAllowed(folder.allowed), roster.allowed)) await mesh.applyAllowed();
      changes.answer(() => mesh.applyAllowed());
      return mesh;
    } catch (error) {
      for (const step of undo) await step().catch(() => undefined);
      throw error;
    }
  }

  get session(): Session {
    return this.parts.session;
  }

  get url(): string {
    return redact(this.broker.url);
  }

  /** Takes what `allow`, `revoke` and `keys` wrote: rights by a reload, queues of those who came in, services moved to new keys. The result stands in the state. */
  async applyAllowed(): Promise<void> {
    const mark = await markOf(this.options.folder);
    try {
      await this.roster.refresh();
      const { trusted = false } = this.options;
      if (!trusted) await this.broker.reload(await this.roster.config());
      const agents = this.roster.allowed.filter(({ kind }) => kind === 'agent');
      await makeQueues(await accessOf(this.broker.url, this.roster, trusted), agents);
      await this.parts.services.moveToKeys();
      await this.#note(mark);
    } catch (error) {
      await this.#note(this.#applied, { mark, code: codeOf(error) ?? 'INTERNAL', message: redact((error as Error).message) });
    }
  }

  /** Graceful: services drain first, the broker goes last. */
  async stop(): Promise<void> {
    await this.parts.changes.end();
    await this.parts.services.stop();
    await this.session.close();
    await this.broker.stop();
    await removeState(this.options.folder);
    this.parts.changes.stop();
  }

  #applied = '';

  async #note(applied = this.#applied, applyError?: MeshState['applyError']): Promise<void> {
    const { folder, processes, trusted = false } = this.options;
    this.#applied = applied;
    await writeState(folder, {
      owner: await processId(),
      url: this.url,
      tenant: DEFAULT_TENANT,
      trusted,
      external: this.broker.external,
      mode: processes ? 'processes' : 'one process',
      startedAt: this.#startedAt,
      broker: { pid: this.broker.pid, version: this.broker.version, how: this.broker.how },
      services: this.parts.services.list(),
      applied,
      applyError,
    });
  }

  readonly #startedAt = new Date().toISOString();
}

const requireWanted = (signal: AbortSignal): void => {
  if (signal.aborted) throw new WaggleError('CANCELED', 'the start was called off');
};

/** Said at once for a broker of the user's: ours was just seen to serve. */
const requireReachable = async (servers: string): Promise<void> => {
  try {
    await (await connectBus({ servers, me: provisioner.name, trusted: true, connectTimeout: 2_000 })).close();
  } catch (error) {
    // It is there, and asks for a key: whether it takes ours is seen next.
    if (codeOf(error) !== 'BUS_REFUSED') throw error;
  }
};

const accessOf = async (servers: string, roster: Roster, trusted: boolean): Promise<ProvisionerAccess> => ({
  servers,
  trusted,
  seed: trusted ? undefined : await roster.keys.seed(provisioner.name),
});
