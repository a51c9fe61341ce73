/**
 * The one place for names: subjects, streams, durable consumers and buckets are built here and nowhere else.
 *
 * Three rules, each learnt by attack (docs/architecture.md): streams are cut by who may write; the speaker is
 * a token of the subject, so that the server can check it; the server keeps "first wins".
 * Each builder takes tokens; `*` builds a pattern. Whatever belongs to no tenant starts with `wgm.`.
 */
import { PRIORITIES, type Priority } from './enums.js';
import { isToken } from './ids.js';

export const STREAMS = [
  'SUBMIT',
  'INPUT',
  'FLOW',
  'TASK',
  'RESULT',
  'TIMER',
  'EVENT',
  'WAIT',
  'ESCALATION',
  'PROGRESS',
  'DLQ',
  'AUDIT',
  'BLOB',
  'BEAT',
  'CHANNEL',
  'ALARM',
] as const;
export type StreamName = (typeof STREAMS)[number];

export const BUCKETS = ['WORKFLOWS', 'DIRECTORY', 'QUOTAS', 'PROFILES', 'CACHE', 'TRENDS', 'MEMORY', 'SESSIONS', 'LOCKS'] as const;
export type BucketName = (typeof BUCKETS)[number];

/** Stands in a broker, beside the streams of a mesh, for as long as a backup is put into it. */
export const RESTORE_MARK = 'RESTORING';

/** A stream, or the one that holds a bucket. */
export type StoreName = StreamName | `KV_${BucketName}`;

const join = (...tokens: (string | number)[]): string => tokens.join('.');

export const subjects = {
  submit: (tenant: string, owner: string, flowId: string) => join('wg', tenant, 'submit', owner, flowId),
  signal: (tenant: string, owner: string, flowId: string, id: string) => join('wg', tenant, 'signal', owner, flowId, id),
  flow: (tenant: string, flowId: string) => join('wg', tenant, 'flow', flowId),
  outcome: (tenant: string, owner: string, flowId: string) => join('wg', tenant, 'outcome', owner, flowId),
  task: (tenant: string, agent: string, priority: Priority | '*', flowId: string, taskId: string, attempt: number | '*') =>
    join('wg', tenant, 'task', agent, priority, flowId, taskId, attempt),
  result: (tenant: string, agent: string, flowId: string, taskId: string, attempt: number | '*') =>
    join('wg', tenant, 'result', agent, flowId, taskId, attempt),
  abort: (tenant: string, agent: string, flowId: string, taskId: string, attempt: number | '*') =>
    join('wg', tenant, 'abort', agent, flowId, taskId, attempt),
  start: (tenant: string, agent: string, flowId: string, taskId: string, attempt: number | '*') =>
    join('wg', tenant, 'start', agent, flowId, taskId, attempt),
  timerAt: (tenant: string, flowId: string, n: number | '*') => join('wg', tenant, 'timer.at', flowId, n),
  timerDue: (tenant: string, flowId: string, n: number | '*') => join('wg', tenant, 'timer.due', flowId, n),
  /** Rung `k` of the ladder of a question, its coming, and how people's tools hear of it: the broker republishes it. */
  rungAt: (tenant: string, flowId: string, id: string, k: number | '*') => join('wg', tenant, 'rung.at', flowId, id, k),
  rungDue: (tenant: string, flowId: string, id: string, k: number | '*') => join('wg', tenant, 'rung.due', flowId, id, k),
  rungFeed: (tenant: string, flowId: string, id: string, k: number | string) => join('wgm.due', tenant, flowId, id, k),
  event: (tenant: string, source: string, type: string) => join('wg', tenant, 'event', source, type),
  wait: (tenant: string, kind: string, key: string, flowId: string) => join('wg', tenant, 'wait', kind, key, flowId),
  ask: (tenant: string, flowId: string, id: string) => join('wg', tenant, 'escalation.ask', flowId, id),
  answer: (tenant: string, who: string, flowId: string, id: string) => join('wg', tenant, 'escalation.answer', who, flowId, id),
  status: (tenant: string, owner: string, flowId: string) => join('wg', tenant, 'status', owner, flowId),
  progress: (tenant: string, agent: string, flowId: string, taskId: string) => join('wg', tenant, 'progress', agent, flowId, taskId),
  /** Progress as the broker republishes it: heard behind account borders, where what another border's agents publish is not. */
  progressFeed: (tenant: string, agent: string, flowId: string, taskId: string) => join('wgm.progress', tenant, agent, flowId, taskId),
  dlq: (tenant: string, agent: string, flowId: string, taskId: string) => join('wg', tenant, 'dlq', agent, flowId, taskId),
  audit: (tenant: string, writer: string, kind: string) => join('wg', tenant, 'audit', writer, kind),
  blob: (tenant: string, writer: string, sha256: string, chunk: number | '*') => join('wg', tenant, 'blob', writer, sha256, chunk),
  /** One message of a session's channel; its id is the writer's, so that it is stored once however often it is sent. */
  channel: (tenant: string, session: string, name: string, id: string) => join('wg', tenant, 'channel', session, name, id),
  /** A moment that the sessions wait for, and its coming; an id is used once. */
  alarmAt: (tenant: string, id: string) => join('wg', tenant, 'alarm.at', id),
  alarmDue: (tenant: string, id: string) => join('wg', tenant, 'alarm.due', id),
  card: (agent: string, instance: string) => join('wgm.card', agent, instance),
  beat: (agent: string, instance: string) => join('wgm.beat', agent, instance),
  /** A question to a service: an endpoint of a NATS micro service; `me` is the asker. */
  endpoint: (service: string, endpoint: string, me: string) => join('wgm.svc', service, endpoint, me),
  /** As above, of a service that answers within a tenant, which is a token too: the server checks both. */
  tenantEndpoint: (service: string, endpoint: string, tenant: string, me: string) => join('wgm.svc', service, endpoint, tenant, me),
  /** Writes of a bucket as the broker republishes them: at most once, they wake and never decide. */
  kvFeed: (bucket: BucketName, key: string) => join('wgm.kv', bucket, key),
  kvKey: (bucket: BucketName, key: string) => join('$KV', bucket, key),
  /** The closing of connections of an account, as the system account reports it. */
  left: (account: string) => join('wgm.left', account),
  inbox: (me: string) => `_INBOX.${me}`,
} as const;

/** Skills hold dots and dots part tokens: a skill as one token, for DIRECTORY keys and WAIT subjects. */
export const skillKey = (skill: string): string => skill.replaceAll('.', '~');
export const skillOfKey = (key: string): string => key.replaceAll('~', '.');

/** The key in QUOTAS that says that a skill is frozen. */
export const freezeKey = (skill: string): string => `freeze.${skillKey(skill)}`;

/** How many partitions INPUT has unless told otherwise; the coordinator's replicas share them. */
export const DEFAULT_PARTITIONS = 8;

/** INPUT's subjects: `in.<partition>.<tenant>.<flowId>.<kind>.<rest>`, made by the broker's transforms. */
export const inputFilter = (partition: number): string => `in.${partition}.>`;
export const inputConsumer = (partition: number): string => `coordinator-${partition}`;
export const taskConsumer = (agent: string, priority: Priority): string => `${agent}-${priority}`;
export const taskConsumers = (agent: string): string[] => PRIORITIES.map((priority) => taskConsumer(agent, priority));
export const bucketStream = (bucket: BucketName): StoreName => `KV_${bucket}`;

/** Retention is driven by two durable consumers on `outcome` (docs/retention.md). */
export const RETENTION_CONSUMERS = { grace: 'coordinator-retention-grace', finished: 'coordinator-retention-finished' } as const;

/** Durable consumer of a service on a whole stream, e.g. `archive-flow`. */
export const streamConsumer = (service: string, stream: StreamName): string => `${service}-${stream.toLowerCase()}`;

/** The JetStream API prefix as seen from behind an account border. */
export const BORDER_API = 'mesh.API';

export interface TaskAddress {
  tenant: string;
  agent: string;
  priority: Priority;
  flowId: string;
  taskId: string;
  attempt: number;
}

export const parseTaskSubject = (subject: string): TaskAddress => {
  const [, tenant, , agent, priority, flowId, taskId, attempt] = subject.split('.') as [
    string,
    string,
    string,
    string,
    Priority,
    string,
    string,
    string,
  ];
  return { tenant, agent, priority, flowId, taskId, attempt: Number(attempt) };
};

/** What INPUT's subject says of an input; the broker built it from the source's subject, so each token was checked there. */
export type InputAddress = { partition: number; tenant: string } & (
  | { kind: 'submit'; flowId: string; owner: string }
  | { kind: 'signal'; flowId: string; owner: string; id: string }
  | { kind: 'result'; flowId: string; agent: string; taskId: string; attempt: number }
  | { kind: 'timer'; flowId: string; n: number }
  | { kind: 'answer'; flowId: string; who: string; id: string }
  | { kind: 'event'; source: string; type: string }
);

export const parseInputSubject = (subject: string): InputAddress | undefined => {
  const [, partition, tenant, id, kind, a, b, c] = subject.split('.');
  // the broker stores a publish on a literal `*` or `>`; as a flow id it would read everybody's
  if (!isToken(tenant) || !isToken(id) || !isToken(a) || (b !== undefined && !isToken(b))) return undefined;
  const at = Number(partition);
  switch (kind) {
    case 'submit':
      return { kind, partition: at, tenant, flowId: id, owner: a };
    case 'signal':
      return { kind, partition: at, tenant, flowId: id, owner: a, id: b! };
    case 'result':
      return { kind, partition: at, tenant, flowId: id, agent: a, taskId: b!, attempt: Number(c) };
    case 'timer':
      return { kind, partition: at, tenant, flowId: id, n: Number(a) };
    case 'answer':
      return { kind, partition: at, tenant, flowId: id, who: a, id: b! };
    case 'event':
      return { kind, partition: at, tenant, source: id, type: a };
    default:
      return undefined;
  }
};

/** INPUT's subject, of any partition, of a message of one of its sources; undefined where it copies none of its subject. */
export const inputSubjectOf = (subject: string): string | undefined => {
  const [, tenant, kind, a, b, c, d] = subject.split('.');
  const at = (...tokens: (string | undefined)[]) => ['in', 0, tenant, ...tokens].join('.');
  switch (kind) {
    case 'submit':
      return at(b, kind, a);
    case 'signal':
      return at(b, kind, a, c);
    case 'result':
      return at(b, kind, a, c, d);
    case 'timer':
      return a === 'due' ? at(b, kind, c) : undefined;
    case 'escalation':
      return a === 'answer' ? at(c, 'answer', b, d) : undefined;
    case 'event':
      return at(a, kind, b);
    default:
      return undefined;
  }
};

/** What `parseInputSubject` makes nothing of: an input with an id that is no name, and who sent it. */
export interface NamelessInput {
  tenant: string;
  kind: 'submit' | 'signal' | 'result' | 'answer' | 'event';
  speaker: string;
  /** Of the flow, or the type of the event: any text. */
  id: string;
}

const NAMELESS: readonly string[] = ['submit', 'signal', 'result', 'answer', 'event'] satisfies NamelessInput['kind'][];

/** Undefined where it does not say whom it concerns. */
export const namelessInput = (subject: string): NamelessInput | undefined => {
  const [, , tenant, first, kind = '', second] = subject.split('.');
  const [speaker, id = ''] = kind === 'event' ? [first, second] : [second, first];
  if (!isToken(tenant) || !isToken(speaker) || !NAMELESS.includes(kind)) return undefined;
  return { tenant, kind: kind as NamelessInput['kind'], speaker, id };
};

const STREAM_OF_KIND: Readonly<Record<string, StreamName>> = {
  submit: 'SUBMIT',
  signal: 'SUBMIT',
  flow: 'FLOW',
  outcome: 'FLOW',
  task: 'TASK',
  result: 'RESULT',
  abort: 'PROGRESS',
  start: 'PROGRESS',
  status: 'PROGRESS',
  progress: 'PROGRESS',
  timer: 'TIMER',
  rung: 'TIMER',
  event: 'EVENT',
  wait: 'WAIT',
  escalation: 'ESCALATION',
  dlq: 'DLQ',
  audit: 'AUDIT',
  blob: 'BLOB',
  channel: 'CHANNEL',
  alarm: 'ALARM',
};

/** The stream that stores what is published on a subject; undefined where none does. */
export const streamOf = (subject: string): StoreName | undefined => {
  const [root, second, kind] = subject.split('.', 3) as [string, string?, string?];
  if (root === 'wg') return Object.hasOwn(STREAM_OF_KIND, kind ?? '') ? STREAM_OF_KIND[kind!] : undefined;
  if (root === 'wgm') return second === 'card' || second === 'beat' ? 'BEAT' : undefined;
  if (root === '$KV') return BUCKETS.includes(second as BucketName) ? `KV_${second as BucketName}` : undefined;
  return undefined;
};
