import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { brokerConfig, connectBus, newNkey, provision, type Bus, type BusOptions, type Manifest, type Nkey } from '@waggle/bus';
import { WaggleError } from '@waggle/protocol';
import { cleanupLater } from './cleanup.js';
import { eventually } from './eventually.js';
import { startTestServer } from './test-server.js';

export interface TestBrokerOptions {
  /** Their queues are made; with `secure`, they alone may sign in. */
  manifests?: readonly Manifest[];
  /** Accounts, borders and rights as in production; default: a broker where anybody may do anything. */
  secure?: boolean;
  /** Makes streams, consumers and buckets; default true. */
  provision?: boolean;
  partitions?: number;
  /** Every write is synced to disk before it is acknowledged, and writers commit in groups. */
  synced?: boolean;
  /** More lines of nats-server's config. */
  config?: string;
}

export interface TestBroker {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly configFile: string;
  readonly secure: boolean;
  /** Seed and public key by manifest name; empty where the broker is not secure. */
  readonly keys: Readonly<Record<string, Nkey>>;
  /** A bus signed in as this manifest's service; closed after the tests. */
  busFor(who: Manifest | string, options?: Partial<BusOptions>): Promise<Bus>;
  /** Lets more services in: keys and rights by a reload, queues by provisioning. */
  allow(...manifests: Manifest[]): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** After `kill`, or killing it first; same port, same store. */
  restart(): Promise<void>;
  /**
   * With `synced`: its machine loses power, and it is there again. It has forgotten all that INPUT held, and knows what
   * INPUT has copied.
   */
  losePower(): Promise<void>;
  /** Takes other config lines with SIGHUP. */
  reload(config: string): Promise<void>;
  stop(): Promise<void>;
}

/** What a stream has copied is written as the server ends. */
const endInOrder = async (pid: number): Promise<void> => {
  process.kill(pid, 'SIGTERM');
  await eventually(() => {
    try {
      return !process.kill(pid, 0);
    } catch {
      return true;
    }
  });
};

const forgetMessages = async (folder: string): Promise<void> => {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.blk') || name === 'index.db');
  if (files.length === 0) throw new Error(`no messages in ${folder}`);
  for (const file of files) await rm(join(folder, file));
};

const PROVISIONER: Manifest = { name: 'provisioner', kind: 'core', provisions: true };

/** A real nats-server on a free port with a temporary store, provisioned. Stopped and removed after the tests of the file. */
export const testBroker = async (options: TestBrokerOptions = {}): Promise<TestBroker> => {
  const { secure = false, config = '', synced = false } = options;
  const manifests = [...(options.manifests ?? [])];
  const keys: Record<string, Nkey> = {};
  const rights = (): string => {
    if (!secure) return config;
    const all = [PROVISIONER, ...manifests.filter(({ name }) => name !== PROVISIONER.name)];
    for (const { name } of all) keys[name] ??= newNkey();
    return `${config}\n${brokerConfig({ manifests: all, keys: Object.fromEntries(all.map(({ name }) => [name, keys[name]!.publicKey])) })}`;
  };
  const server = await startTestServer(rights(), { synced });
  const makeTopology = (): Promise<void> =>
    provision({
      servers: server.url,
      manifests,
      synced,
      ...(secure ? { seed: keys[PROVISIONER.name]!.seed } : { trusted: true }),
      ...(options.partitions ? { partitions: options.partitions } : {}),
    });
  if (options.provision !== false) await makeTopology();
  const buses = new Set<Bus>();
  const closeBuses = async (): Promise<void> => {
    await Promise.all([...buses].map((bus) => bus.close()));
    buses.clear();
  };
  cleanupLater(closeBuses);
  return {
    url: server.url,
    port: server.port,
    get pid() {
      return server.pid;
    },
    configFile: server.configFile,
    secure,
    keys,
    busFor: async (who, more = {}) => {
      const me = typeof who === 'string' ? who : who.name;
      const manifest = typeof who === 'string' ? manifests.find(({ name }) => name === who) : who;
      if (secure && !keys[me]) throw new WaggleError('BAD_USAGE', `${me} is none of the manifests this broker was started with`);
      const bus = await connectBus({
        servers: server.url,
        me,
        manifest,
        connectTimeout: 20_000,
        ...(secure ? { seed: keys[me]!.seed } : { trusted: true }),
        ...more,
      });
      buses.add(bus);
      return bus;
    },
    allow: async (...more) => {
      manifests.push(...more);
      if (secure) await server.reload(rights());
      await makeTopology();
    },
    kill: () => server.kill(),
    restart: async () => {
      await server.kill();
      await server.restart();
    },
    losePower: async () => {
      await endInOrder(server.pid);
      await forgetMessages(join(server.dir, 'jetstream', 'jetstream', '$G', 'streams', 'INPUT', 'msgs'));
      await server.restart();
    },
    reload: (lines) => server.reload(lines),
    stop: async () => {
      await closeBuses();
      await server.kill();
    },
  };
};
