import { agentManifest, clientManifest, type Bus, type Manifest } from '@waggle/bus';
import { Sessions } from '@waggle/memory';
import { testBroker, type TestBroker } from '@waggle/testkit';
import { manifest } from '../sessions.manifest.js';
import { startSessions } from './start-sessions.js';

/** Writes what flows ask to share, and how they end. */
const COORDINATOR: Manifest = {
  name: 'coordinator',
  kind: 'core',
  publishes: ['wait', 'outcome'],
  folds: ['SUBMIT', 'ALARM', 'WAIT', 'AUDIT'],
};

export interface Rig {
  broker: TestBroker;
  /** What is shared in `t1`, as one of: the agents `ada` and `ben`, the clients `alice` and `bob` (of `t2`). */
  as(name: string, tenant?: string): Promise<Sessions>;
  bus(name: string): Promise<Bus>;
  /** The two replicas. */
  replicas: Awaited<ReturnType<typeof startSessions>>[];
  /** One more replica of the service. */
  replica: () => ReturnType<typeof startSessions>;
}

/** A broker with accounts, borders and rights, and two replicas of the service. */
export const sessionsRig = async (): Promise<Rig> => {
  const manifests = [
    manifest,
    COORDINATOR,
    agentManifest('ada'),
    agentManifest('ben'),
    clientManifest('alice', 't1'),
    clientManifest('bob', 't2'),
  ];
  const broker = await testBroker({ secure: true, manifests });
  const replica = (): ReturnType<typeof startSessions> => startSessions(broker);
  const replicas = await Promise.all([replica(), replica()]);
  const buses = new Map<string, Promise<Bus>>();
  const bus = (name: string): Promise<Bus> => {
    if (!buses.has(name)) buses.set(name, broker.busFor(name));
    return buses.get(name)!;
  };
  return {
    broker,
    replicas,
    replica,
    bus,
    as: async (name, tenant = name === 'bob' ? 't2' : 't1') => new Sessions(await bus(name), { tenant }),
  };
};
