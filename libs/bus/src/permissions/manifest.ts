import type { BucketName, StoreName, StreamName } from '@waggle/protocol';

/** What may be said: each maps to subjects in which the speaker's own name is a token. */
export type Fact =
  | 'submit'
  | 'signal'
  | 'flow'
  | 'outcome'
  | 'task'
  | 'result'
  | 'abort'
  | 'start'
  | 'timer'
  | 'rung'
  | 'event'
  | 'wait'
  | 'ask'
  | 'answer'
  | 'status'
  | 'progress'
  | 'dlq'
  | 'audit'
  | 'blob'
  | 'beat'
  | 'card'
  | 'channel'
  | 'alarm';

/**
 * What a service may say and hear, beside its code. The broker's accounts and permissions are generated from
 * the manifests alone; at start each service compares the rights it has with it.
 */
export interface Manifest {
  /** The name it signs in with: the speaker token of its subjects, and its inbox. */
  name: string;
  /** Decides the account: core services share MESH; agents, edge and clients live behind borders. */
  kind: 'core' | 'agent' | 'edge' | 'client';
  /** One tenant, or all when left out. A client must have one. */
  tenant?: string;
  /** Foreign code: an account of its own. */
  alone?: boolean;
  /** Facts it publishes as itself. */
  publishes?: readonly Fact[];
  /** Of those, which it may publish for any owner (gateway). */
  actsFor?: readonly Fact[];
  /** Facts of everybody that it hears live. */
  hears?: readonly Fact[];
  /** Streams it takes from by a durable consumer: `<name>-<stream>`, or the names given (`*`: any of that stream). */
  consumes?: readonly (StreamName | { stream: StreamName; consumers: readonly string[] })[];
  /** Takes tasks from its four queues; implies what an agent needs to read of its own. */
  pullsTasks?: boolean;
  /** Hears and reads the outcome and status of its own flows, and reads back what it submitted and signalled. */
  watchesOwn?: boolean;
  /** Last value of any one subject of these streams, of its tenant. */
  rereads?: readonly StreamName[];
  /** Reads many messages of these streams: the filter is in the body, unchecked, so for trusted readers only. */
  folds?: readonly StoreName[];
  /** Reads these streams' last values from the leader. */
  readsLeader?: readonly StoreName[];
  purges?: readonly StoreName[];
  /** Reads figures of these streams and their consumers. */
  inspects?: readonly StoreName[];
  /** Keys it reads and writes, as patterns; whoever writes a key may read it. `>` lets it list the whole bucket as well. */
  buckets?: Partial<Record<BucketName, { read?: readonly string[]; write?: readonly string[] }>>;
  /** Endpoints it calls, `service.endpoint`. */
  calls?: readonly string[];
  /** Services all of whose endpoints for a tenant it calls, in its own tenant. */
  callsInTenant?: readonly string[];
  /** Endpoints it serves. */
  serves?: readonly string[];
  /** Endpoints it serves within a tenant, which is a token of the subject. */
  servesTenants?: readonly string[];
  /** May ask who is there ($SRV). */
  discovers?: boolean;
  /** Hears of closed connections and hands back what a dead instance held. */
  handsBack?: boolean;
  /** Makes streams, consumers and buckets. */
  provisions?: boolean;
  /** Reads and writes whole streams, and holds all deliveries meanwhile: backup and restore. */
  keepsBackups?: boolean;
  /** Its signals count for flows of others. */
  operate?: boolean;
}
