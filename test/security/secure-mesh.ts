import { nkeyAuthenticator, type NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import {
  agentManifest,
  brokerConfig,
  clientManifest,
  LEAST_STORAGE,
  newNkey,
  provision,
  rightsOf,
  type Manifest,
  type Nkey,
} from '@waggle/bus';
import { cleanupLater, testBroker, type TestBroker } from '@waggle/testkit';
import { manifest as cli } from '../../apps/cli/src/cli.manifest.js';
import { manifest as provisioner } from '../../apps/cli/src/provisioner.manifest.js';
import { manifest as coordinator } from '../../apps/coordinator/src/coordinator.manifest.js';
import { manifest as registry } from '../../apps/registry/src/registry.manifest.js';
import { manifest as sessions } from '../../apps/sessions/src/sessions.manifest.js';

/** Stands for services of later issues that speak for others. */
const gateway: Manifest = {
  name: 'gateway',
  kind: 'edge',
  publishes: ['submit', 'signal', 'event', 'answer', 'blob', 'audit', 'beat', 'card'],
  actsFor: ['submit', 'signal', 'event'],
  hears: ['outcome', 'status', 'progress'],
  rereads: ['FLOW', 'PROGRESS', 'BLOB'],
  buckets: { DIRECTORY: { read: ['>'] } },
  calls: ['registry.find', 'coordinator.describe'],
};

/** Every role there is: the real manifests, two agents in one account, one alone, clients of two tenants. */
export const MANIFESTS: readonly Manifest[] = [
  provisioner,
  coordinator,
  registry,
  sessions,
  gateway,
  cli,
  agentManifest('auditor', { buckets: { PROFILES: { read: ['auditor'] } } }),
  agentManifest('codegen'),
  agentManifest('foreign', { alone: true }),
  agentManifest('local', { tenant: 't1' }),
  clientManifest('alice', 't1'),
  clientManifest('carol', 't1'),
  clientManifest('bob', 't2'),
];
export const ROLES = MANIFESTS.map(({ name }) => name);

/** Somebody signed in with the stock client, and every refusal the server told it. */
export interface Role {
  name: string;
  nc: NatsConnection;
  /** Prefix of the JetStream API as this role names it. */
  api: string;
  violations: Error[];
}

export interface SecureMesh {
  broker: TestBroker;
  keys: Readonly<Record<string, Nkey>>;
  /** One more connection of a role. */
  open(name: string): Promise<NatsConnection>;
  as(name: string): Role;
  /** May do anything in the core's account: the eyes of the tests. Added to what is generated. */
  observer: NatsConnection;
}

/** The mesh as generated and provisioned, with one connection a role. */
export const secureMesh = async (): Promise<SecureMesh> => {
  const keys = Object.fromEntries([...ROLES, OBSERVER].map((name) => [name, newNkey()]));
  const publicKeys = Object.fromEntries(Object.entries(keys).map(([name, { publicKey }]) => [name, publicKey]));
  const generated = brokerConfig({ manifests: MANIFESTS, keys: publicKeys });
  const config = generated.replace('users: [', `users: [\n      { nkey: ${keys[OBSERVER]!.publicKey} }`);
  const broker = await testBroker({ provision: false, config });
  await provision({ servers: broker.url, seed: keys.provisioner!.seed, manifests: MANIFESTS, storage: LEAST_STORAGE });
  const open = async (name: string): Promise<NatsConnection> => {
    const authenticator = nkeyAuthenticator(new TextEncoder().encode(keys[name]!.seed));
    const connection = await connect({ servers: broker.url, name, inboxPrefix: `_INBOX.${name}`, authenticator, reconnect: false });
    cleanupLater(() => connection.close());
    return connection;
  };
  const roles = new Map<string, Role>();
  await Promise.all(MANIFESTS.map(async (manifest) => roles.set(manifest.name, watched(manifest, await open(manifest.name)))));
  return { broker, keys, open, observer: await open(OBSERVER), as: (name) => roles.get(name)! };
};

const OBSERVER = 'observer';

const watched = (manifest: Manifest, nc: NatsConnection): Role => {
  const role: Role = { name: manifest.name, nc, api: rightsOf(manifest).apiPrefix, violations: [] };
  void (async () => {
    for await (const status of nc.status()) if (status.type === 'error') role.violations.push(status.error);
  })();
  return role;
};
