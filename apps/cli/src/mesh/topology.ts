import { setTimeout as delay } from 'node:timers/promises';
import { provision, provisionAgent, type Manifest } from '@waggle/bus';
import { codeOf, WaggleError } from '@waggle/protocol';

/** How the provisioner signs in. */
export interface ProvisionerAccess {
  servers: string;
  seed?: string;
  trusted: boolean;
}

export interface TopologyOptions {
  manifests: readonly Manifest[];
  /** Bytes that all streams may hold together. */
  storage?: number;
  /** Brokers that hold each stream. */
  replicas?: number;
  /** The broker syncs each write to disk before it acknowledges it. */
  synced?: boolean;
  /** The broker is the user's: what it lacks is theirs to mend. */
  external?: boolean;
}

const TRIES = 20;
const PAUSE = 250;
const PASSING = ['BUS_REFUSED', 'BUS_UNREACHABLE', 'BUS_TIMEOUT', 'NOT_PROVISIONED'];

/** Makes streams, queues and buckets, or brings them up to date. A broker without our accounts is refused unless it is trusted. */
export const makeTopology = async (
  access: ProvisionerAccess,
  { manifests, storage, replicas, synced, external }: TopologyOptions,
): Promise<void> => {
  try {
    await provision({ ...access, manifests, storage, replicas, synced });
  } catch (error) {
    const noAccounts = ['NATS_RIGHTS_MISSING', 'BUS_REFUSED'].includes(codeOf(error) ?? '');
    if (!external || !noAccounts) throw error;
    const what = 'give it what `waggle broker-config` prints and reload it, or take it as one account for all with --trusted';
    throw new WaggleError('BUS_REFUSED', `the broker of WAGGLE_BROKER_URL does not run the accounts of this mesh: ${what}`, {
      cause: error,
    });
  }
};

/** Makes the queues of agents that come in while the mesh runs. During a reload the broker has no JetStream for a moment. */
export const makeQueues = async (access: ProvisionerAccess, manifests: readonly Manifest[]): Promise<void> => {
  for (const manifest of manifests) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await provisionAgent({ ...access, manifest });
        break;
      } catch (error) {
        if (!PASSING.includes(codeOf(error) ?? '') || attempt === TRIES) throw error;
        await delay(PAUSE);
      }
    }
  }
};
