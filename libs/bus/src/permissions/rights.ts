import { BORDER_API, PRIORITIES, RESTORE_MARK, bucketStream, streamConsumer, subjects, type BucketName } from '@waggle/protocol';
import { accountOf, isBehindBorder } from './accounts.js';
import { FACT_SUBJECTS, HEARD_SUBJECTS, subjectsOf } from './facts.js';
import type { Manifest } from './manifest.js';
import { reduce } from './patterns.js';
import { RightList } from './right-list.js';

/** What the broker lets a service do; everything else is refused. */
export interface Rights {
  account: string;
  /** Prefix of the JetStream API as this service must name it. */
  apiPrefix: string;
  /** Sorted, none covered by another. */
  publish: string[];
  /** As above; an entry may be `subject queue`: only with that queue group. */
  subscribe: string[];
  /** What the account must import from the core for these rights. */
  imports: { services: string[]; feeds: string[] };
}

/** A service's rights, from its manifest alone: what is not declared is refused. Pure. */
export const rightsOf = (manifest: Manifest): Rights => {
  const border = isBehindBorder(manifest);
  const list = new RightList(border);
  list.subscribe.add(`${subjects.inbox(manifest.name)}.>`);
  list.publish.add('$SYS.REQ.USER.INFO');
  facts(manifest, list);
  tasks(manifest, list);
  own(manifest, list);
  streams(manifest, list);
  buckets(manifest, list);
  endpoints(manifest, list);
  keeping(manifest, list);
  return {
    account: accountOf(manifest),
    apiPrefix: border ? BORDER_API : '$JS.API',
    publish: reduce(list.publish),
    subscribe: reduce(list.subscribe),
    imports: border ? { services: reduce(list.services), feeds: reduce(list.feeds) } : { services: [], feeds: [] },
  };
};

const tenantOf = (manifest: Manifest): string => manifest.tenant ?? '*';

const facts = (manifest: Manifest, list: RightList): void => {
  const tenant = tenantOf(manifest);
  for (const fact of manifest.publishes ?? []) {
    const speaker = manifest.actsFor?.includes(fact) ? '*' : manifest.name;
    list.say(FACT_SUBJECTS[fact](tenant, speaker), FACT_SUBJECTS[fact](tenant, '*'));
  }
  for (const fact of manifest.hears ?? []) list.hear((HEARD_SUBJECTS[fact] ?? FACT_SUBJECTS[fact])(tenant, '*'));
};

/** An agent's queues, and of its own tasks: the dispatch, the result, how often it was started, and whether to stop. */
const tasks = (manifest: Manifest, list: RightList): void => {
  if (!manifest.pullsTasks) return;
  const [tenant, me] = [tenantOf(manifest), manifest.name];
  list.pullTasks(me, PRIORITIES);
  const [abort, anyAbort] = [subjects.abort(tenant, me, '*', '*', '*'), subjects.abort(tenant, '*', '*', '*', '*')];
  list.hear(abort, anyAbort);
  list.readLast('PROGRESS', abort, anyAbort);
  list.readLast('PROGRESS', subjects.start(tenant, me, '*', '*', '*'), subjects.start(tenant, '*', '*', '*', '*'));
  list.readLast('TASK', subjects.task(tenant, me, '*', '*', '*', '*'), subjects.task(tenant, '*', '*', '*', '*', '*'));
  list.readLast('RESULT', subjects.result(tenant, me, '*', '*', '*'), subjects.result(tenant, '*', '*', '*', '*'));
};

const own = (manifest: Manifest, list: RightList): void => {
  if (!manifest.watchesOwn) return;
  const tenant = tenantOf(manifest);
  for (const [stream, subject] of [
    ['FLOW', subjects.outcome],
    ['PROGRESS', subjects.status],
  ] as const) {
    list.hear(subject(tenant, manifest.name, '*'), subject(tenant, '*', '*'));
    list.readLast(stream, subject(tenant, manifest.name, '*'), subject(tenant, '*', '*'));
  }
  for (const fact of ['submit', 'signal'] as const) {
    list.readLast('SUBMIT', FACT_SUBJECTS[fact](tenant, manifest.name), FACT_SUBJECTS[fact](tenant, '*'));
  }
};

const streams = (manifest: Manifest, list: RightList): void => {
  for (const taken of manifest.consumes ?? []) {
    const { stream, consumers } = typeof taken === 'string' ? { stream: taken, consumers: [streamConsumer(manifest.name, taken)] } : taken;
    for (const consumer of consumers) list.pull(stream, consumer);
  }
  for (const stream of manifest.rereads ?? []) for (const subject of subjectsOf(stream, tenantOf(manifest))) list.readLast(stream, subject);
  for (const stream of manifest.folds ?? []) list.api(`DIRECT.GET.${stream}`);
  for (const stream of manifest.readsLeader ?? []) list.api(`STREAM.MSG.GET.${stream}`);
  for (const stream of manifest.purges ?? []) list.api(`STREAM.PURGE.${stream}`);
  for (const stream of manifest.inspects ?? []) {
    for (const request of [`STREAM.INFO.${stream}`, `CONSUMER.INFO.${stream}.*`, `CONSUMER.LIST.${stream}`]) list.api(request);
  }
};

/** Buckets are watched through what they republish: nobody but the provisioner may make a consumer. */
const buckets = (manifest: Manifest, list: RightList): void => {
  for (const [name, { read = [], write = [] }] of Object.entries(manifest.buckets ?? {})) {
    const bucket = name as BucketName;
    const stream = bucketStream(bucket);
    // an account of one tenant imports no more than that tenant's keys: a chosen reply subject reaches whatever it imports
    const wide = (key: string): string => (manifest.kind === 'client' ? key : '>');
    for (const key of new Set([...read, ...write])) {
      list.readLast(stream, subjects.kvKey(bucket, key), subjects.kvKey(bucket, wide(key)));
      list.hear(subjects.kvFeed(bucket, key), subjects.kvFeed(bucket, wide(key)));
      if (key === '>') list.api(`DIRECT.GET.${stream}`);
    }
    for (const key of write) list.say(subjects.kvKey(bucket, key), subjects.kvKey(bucket, wide(key)));
  }
};

const DISCOVERY = ['PING', 'INFO', 'STATS'];

const endpoints = (manifest: Manifest, list: RightList): void => {
  for (const service of manifest.callsInTenant ?? []) {
    const tenant = tenantOf(manifest);
    list.say(subjects.tenantEndpoint(service, '*', tenant, manifest.name), subjects.tenantEndpoint(service, '*', tenant, '*'));
  }
  for (const call of manifest.calls ?? []) {
    const [service, endpoint] = call.split('.') as [string, string];
    list.say(subjects.endpoint(service, endpoint, manifest.name), subjects.endpoint(service, endpoint, '*'));
  }
  if (manifest.discovers) for (const verb of DISCOVERY) list.say(`$SRV.${verb}`);
  if (!manifest.serves && !manifest.servesTenants) return;
  // with its own queue group only: nobody can stand beside it and answer
  for (const endpoint of manifest.serves ?? []) list.subscribe.add(`${subjects.endpoint(manifest.name, endpoint, '*')} ${manifest.name}`);
  for (const endpoint of manifest.servesTenants ?? [])
    list.subscribe.add(`${subjects.tenantEndpoint(manifest.name, endpoint, '*', '*')} ${manifest.name}`);
  for (const verb of DISCOVERY)
    for (const whom of ['', `.${manifest.name}`, `.${manifest.name}.*`]) list.subscribe.add(`$SRV.${verb}${whom}`);
  // answers go to inboxes (`_R_`: across a border) and nowhere else, so that no asker can aim them
  list.publish.add('_INBOX.>').add('_R_.>');
};

const PROVISIONING = ['INFO', 'STREAM.NAMES', 'STREAM.LIST', 'CONSUMER.NAMES.*', 'CONSUMER.LIST.*'];

const keeping = (manifest: Manifest, list: RightList): void => {
  if (manifest.handsBack) {
    list.subscribe.add(subjects.left('>'));
    list.say('$JS.ACK.TASK.>');
  }
  if (manifest.keepsBackups) {
    for (const request of [
      ...PROVISIONING,
      'STREAM.INFO.*',
      'STREAM.CREATE.*',
      'STREAM.SNAPSHOT.*',
      'STREAM.RESTORE.*',
      'CONSUMER.PAUSE.*.*',
      `STREAM.DELETE.${RESTORE_MARK}`,
    ])
      list.api(request);
    for (const flow of ['ACK', 'RESTORE']) list.say(`$JS.SNAPSHOT.${flow}.>`);
  }
  if (!manifest.provisions) return;
  for (const request of PROVISIONING) list.api(request);
  for (const what of ['STREAM', 'CONSUMER']) for (const verb of ['CREATE', 'UPDATE', 'INFO', 'DELETE']) list.api(`${what}.${verb}.>`);
};
