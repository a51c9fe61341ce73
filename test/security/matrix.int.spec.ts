import { ask, listen, type Answer } from './probe.js';
import { ROLES, secureMesh, type Role, type SecureMesh } from './secure-mesh.js';

jest.setTimeout(60_000);

const AGENTS = ['auditor', 'codegen', 'foreign', 'local'];
const CLIENTS = ['alice', 'bob', 'carol'];
const OWNERS = [...AGENTS, ...CLIENTS, 'cli', 'gateway'];
const BLOB_READERS_OF_T1 = [...AGENTS, 'alice', 'carol', 'cli', 'coordinator', 'gateway', 'sessions'];
/** Who shares memory within t1. */
const SHARERS_OF_T1 = [...AGENTS, 'alice', 'carol', 'cli'];

interface Operation {
  name: string;
  /** Who may: everybody else must be refused by the server. Written by hand, not from the manifests. */
  may: readonly string[];
  run: (role: Role) => Promise<Answer>;
}

const P = (subject: string, may: readonly string[], body = '{}'): Operation => ({
  name: `publish ${subject}`,
  may,
  // nobody answers much of what is allowed
  run: (role) => ask(role, subject, { body, timeout: 400 }),
});
const S = (subject: string, may: readonly string[], queue?: string): Operation => ({
  name: `subscribe ${subject}${queue ? ` as ${queue}` : ''}`,
  may,
  run: (role) => listen(role, subject, queue),
});
const read = (stream: string, subject: string, may: readonly string[]): Operation => P(`$JS.API.DIRECT.GET.${stream}.${subject}`, may, '');
const pull = (stream: string, consumer: string, may: readonly string[]): Operation =>
  P(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, may, '{"batch":1,"no_wait":true}');
/** Of each role by its own name: itself, where it is among these. */
const each = (subject: (name: string) => string, among: readonly string[], also: readonly string[] = []): Operation[] =>
  ROLES.map((name) => P(subject(name), [...also, ...(among.includes(name) ? [name] : [])]));

const FACTS: Operation[] = [
  ...each((name) => `wg.t1.submit.${name}.f1`, [...OWNERS.filter((name) => name !== 'bob'), 'coordinator', 'sessions'], ['gateway']),
  ...each((name) => `wg.t1.signal.${name}.f1.s1`, [...OWNERS.filter((name) => name !== 'bob'), 'coordinator', 'sessions'], ['gateway']),
  P('wg.t2.submit.alice.f1', ['gateway']),
  P('wg.t2.submit.bob.f1', ['bob', 'gateway']),
  P('wg.t2.submit.local.f1', ['gateway']),
  P('wg.t2.submit.auditor.f1', ['auditor', 'gateway']),
  P('wg.t1.submit.nobody.f1', ['gateway']),
  P('wg.t1.flow.f1', ['coordinator']),
  P('wg.t1.outcome.alice.f1', ['coordinator']),
  P('wg.t1.status.alice.f1', ['coordinator']),
  P('wg.t1.task.auditor.high.f1.a.1', ['coordinator']),
  P('wg.t1.abort.auditor.f1.a.1', ['coordinator']),
  P('wg.t1.timer.at.f1.1', ['coordinator']),
  P('wg.t1.timer.due.f1.1', []),
  P('wg.t1.wait.skill.x.f1', ['coordinator']),
  P('wg.t1.rung.at.f1.e1.1', ['coordinator']),
  P('wg.t1.rung.due.f1.e1.1', []),
  P('wgm.due.t1.f1.e1.1', []),
  P('wg.t1.escalation.ask.f1.e1', ['coordinator']),
  P('wg.t1.dlq.auditor.f1.a', ['coordinator']),
  ...each((name) => `wg.t1.escalation.answer.${name}.f1.e1`, ['cli', 'gateway', 'alice', 'carol']),
  ...each((name) => `wg.t1.result.${name}.f1.a.1`, AGENTS),
  ...each((name) => `wg.t1.progress.${name}.f1.a`, AGENTS),
  ...each((name) => `wg.t1.start.${name}.f1.a.1`, AGENTS),
  ...each((name) => `wg.t1.event.${name}.x`, [...OWNERS.filter((name) => name !== 'bob'), 'registry', 'gateway', 'sessions'], ['gateway']),
  ...each(
    (name) => `wg.t1.audit.${name}.x`,
    ROLES.filter((name) => ![...CLIENTS, 'registry'].includes(name)),
  ),
  ...each((name) => `wg.t1.blob.${name}.abc.0`, [...AGENTS, 'alice', 'carol', 'cli', 'coordinator', 'gateway', 'sessions']),
  ...each((name) => `wgm.beat.${name}.i1`, [...AGENTS, 'coordinator', 'registry', 'gateway', 'sessions']),
  ...each((name) => `wgm.card.${name}.i1`, [...AGENTS, 'coordinator', 'registry', 'gateway', 'sessions']),
  P('wg.t1.channel.s1.talk.m1', ['sessions']),
  P('wg.t1.alarm.at.a1', ['sessions']),
  P('wg.t1.alarm.due.a1', []),
  P('in.0.t1.f1.submit.alice', []),
  P('INPUT', []),
];

const QUEUES: Operation[] = [
  ...AGENTS.map((agent) => pull('TASK', `${agent}-high`, [agent])),
  ...AGENTS.map((agent) => P(`$JS.ACK.TASK.${agent}-high.1.1.1.1.0`, [agent, 'registry'], '+WPI')),
  P('$JS.ACK._._.TASK.auditor-high.1.1.1.1.0', [], '+WPI'),
  P('$JS.API.CONSUMER.INFO.TASK.auditor-high', ['auditor', 'provisioner', 'coordinator', 'cli'], ''),
  pull('INPUT', 'coordinator-0', ['coordinator']),
  pull('ALARM', 'sessions-alarm', ['sessions']),
  pull('WAIT', 'sessions-wait', ['sessions']),
  pull('FLOW', 'coordinator-retention-grace', ['coordinator']),
  P('$JS.ACK.INPUT.coordinator-0.1.1.1.1.0', ['coordinator'], '+WPI'),
  P('$JS.ACK.FLOW.coordinator-retention-grace.1.1.1.1.0', ['coordinator'], '+WPI'),
];

const READING: Operation[] = [
  read('TASK', 'wg.t1.task.codegen.high.f1.a.1', ['codegen', 'coordinator', 'cli']),
  read('RESULT', 'wg.t1.result.codegen.f1.a.1', ['codegen', 'cli']),
  read('PROGRESS', 'wg.t1.abort.codegen.f1.a.1', ['codegen', 'coordinator', 'cli', 'gateway']),
  read('PROGRESS', 'wg.t1.start.codegen.f1.a.1', ['codegen', 'coordinator', 'cli', 'gateway']),
  read('PROGRESS', 'wg.t1.status.alice.f1', ['alice', 'coordinator', 'cli', 'gateway']),
  read('FLOW', 'wg.t1.outcome.alice.f1', ['alice', 'coordinator', 'cli', 'gateway', 'sessions']),
  read('FLOW', 'wg.t2.outcome.alice.f1', ['coordinator', 'cli', 'gateway', 'sessions']),
  read('FLOW', 'wg.t1.outcome.codegen.f1', ['codegen', 'coordinator', 'cli', 'gateway', 'sessions']),
  read('FLOW', 'wg.t1.flow.f1', ['coordinator', 'cli', 'gateway', 'sessions']),
  read('SUBMIT', 'wg.t1.submit.alice.f1', ['alice', 'coordinator', 'cli', 'sessions']),
  read('SUBMIT', 'wg.t1.signal.codegen.f1.s1', ['codegen', 'coordinator', 'cli', 'sessions']),
  read('CHANNEL', 'wg.t1.channel.s1.talk.m1', ['sessions']),
  P('$JS.API.DIRECT.GET.CHANNEL', ['sessions'], '{"seq":1}'),
  read('BLOB', 'wg.t1.blob.alice.abc.0', BLOB_READERS_OF_T1),
  read('BLOB', 'wg.t2.blob.bob.abc.0', ['auditor', 'codegen', 'foreign', 'bob', 'cli', 'coordinator', 'gateway', 'sessions']),
  P('$JS.API.DIRECT.GET.FLOW', ['coordinator', 'cli'], '{"seq":1}'),
  P('$JS.API.DIRECT.GET.WAIT', ['coordinator', 'cli'], '{"seq":1}'),
  P('$JS.API.DIRECT.GET.EVENT', ['coordinator'], '{"seq":1}'),
  P('$JS.API.DIRECT.GET.BEAT', ['registry', 'cli'], '{"seq":1}'),
  P('$JS.API.DIRECT.GET.PROGRESS', ['coordinator', 'cli'], '{"seq":1}'),
  P('$JS.API.DIRECT.GET.TASK', [], '{"seq":1}'),
  P('$JS.API.DIRECT.GET.RESULT', ['coordinator'], '{"seq":1}'),
  P('$JS.API.DIRECT.GET.SUBMIT', ['coordinator'], '{"seq":1}'),
  P('$JS.API.DIRECT.GET.BLOB', [], '{"seq":1}'),
  ...['FLOW', 'RESULT', 'SUBMIT', 'EVENT', 'WAIT', 'ESCALATION', 'PROGRESS'].map((stream) =>
    P(`$JS.API.STREAM.MSG.GET.${stream}`, ['coordinator'], '{"seq":1}'),
  ),
  ...['TASK', 'DLQ', 'TIMER', 'AUDIT', 'BLOB'].map((stream) => P(`$JS.API.STREAM.MSG.GET.${stream}`, [], '{"seq":1}')),
];

const BUCKETS: Operation[] = [
  P('$KV.DIRECTORY.skill.x', ['registry']),
  read('KV_DIRECTORY', '$KV.DIRECTORY.skill.x', ['registry', 'coordinator', 'cli', 'gateway']),
  P('$JS.API.STREAM.MSG.GET.KV_DIRECTORY', ['registry', 'coordinator'], '{"seq":1}'),
  P('$JS.API.DIRECT.GET.KV_DIRECTORY', ['registry', 'coordinator', 'cli', 'gateway'], '{"seq":1}'),
  S('wgm.kv.DIRECTORY.>', ['registry', 'coordinator', 'cli', 'gateway']),
  P('$KV.WORKFLOWS.repo-audit.1', ['cli']),
  read('KV_WORKFLOWS', '$KV.WORKFLOWS.repo-audit.1', ['cli', 'coordinator']),
  P('$JS.API.STREAM.MSG.GET.KV_WORKFLOWS', ['coordinator'], '{"seq":1}'),
  P('$JS.API.STREAM.MSG.GET.KV_QUOTAS', ['coordinator'], '{"seq":1}'),
  P('$KV.QUOTAS.tenant.t1', []),
  P('$KV.QUOTAS.freeze.x', ['cli']),
  read('KV_QUOTAS', '$KV.QUOTAS.tenant.t1', ['cli', 'coordinator']),
  P('$KV.PROFILES.auditor', []),
  read('KV_PROFILES', '$KV.PROFILES.auditor', ['auditor']),
  read('KV_PROFILES', '$KV.PROFILES.codegen', []),
  P('$JS.API.DIRECT.GET.KV_PROFILES', [], '{"seq":1}'),
  S('wgm.kv.PROFILES.auditor', ['auditor']),
  ...['MEMORY', 'SESSIONS'].flatMap((bucket) => [
    P(`$KV.${bucket}.t1.s1.key.x`, ['sessions']),
    read(`KV_${bucket}`, `$KV.${bucket}.t1.s1.key.x`, [...SHARERS_OF_T1, 'sessions']),
    read(`KV_${bucket}`, `$KV.${bucket}.t2.s1.key.x`, ['auditor', 'codegen', 'foreign', 'bob', 'cli', 'sessions']),
    P(`$JS.API.DIRECT.GET.KV_${bucket}`, ['sessions'], '{"seq":1}'),
    P(`$JS.API.STREAM.MSG.GET.KV_${bucket}`, ['sessions'], '{"seq":1}'),
    S(`wgm.kv.${bucket}.t1.>`, [...SHARERS_OF_T1, 'sessions']),
    S(`wgm.kv.${bucket}.t2.>`, ['auditor', 'codegen', 'foreign', 'bob', 'cli', 'sessions']),
    S(`wgm.kv.${bucket}.>`, ['sessions']),
  ]),
  P('$KV.LOCKS.t1.resource.x', SHARERS_OF_T1),
  P('$KV.LOCKS.t2.resource.x', ['auditor', 'codegen', 'foreign', 'bob', 'cli']),
  read('KV_LOCKS', '$KV.LOCKS.t1.resource.x', SHARERS_OF_T1),
  read('KV_LOCKS', '$KV.LOCKS.t2.resource.x', ['auditor', 'codegen', 'foreign', 'bob', 'cli']),
  P('$JS.API.DIRECT.GET.KV_LOCKS', ['cli'], '{"seq":1}'),
  S('wgm.kv.LOCKS.t1.>', SHARERS_OF_T1),
  S('wgm.kv.LOCKS.>', ['cli']),
  P('$KV.CACHE.t1.codegen.k', ['codegen']),
  P('$KV.CACHE.t2.local.k', []),
  P('$KV.CACHE.t1.local.k', ['local']),
  read('KV_CACHE', '$KV.CACHE.t1.codegen.k', ['codegen']),
  read('KV_CACHE', '$KV.CACHE.t2.local.k', []),
  P('$JS.API.DIRECT.GET.KV_CACHE', [], '{"seq":1}'),
  P('$KV.TRENDS.t1.repo', []),
];

const HOUSE: Operation[] = [
  P('$JS.API.STREAM.CREATE.X', ['provisioner']),
  P('$JS.API.STREAM.UPDATE.FLOW', ['provisioner']),
  P('$JS.API.STREAM.DELETE.NOPE', ['provisioner'], ''),
  P('$JS.API.STREAM.NAMES', ['provisioner'], ''),
  P('$JS.API.INFO', ['provisioner'], ''),
  P('$JS.API.STREAM.INFO.INPUT', ['provisioner', 'coordinator', 'cli'], ''),
  P('$JS.API.STREAM.INFO.TASK', ['provisioner', 'coordinator', 'cli'], ''),
  P('$JS.API.STREAM.INFO.AUDIT', ['provisioner'], ''),
  ...['SUBMIT', 'FLOW', 'TASK', 'RESULT', 'TIMER', 'ESCALATION', 'PROGRESS'].map((stream) =>
    P(`$JS.API.STREAM.PURGE.${stream}`, ['coordinator'], '{"filter":"none.such"}'),
  ),
  P('$JS.API.STREAM.PURGE.WAIT', ['coordinator', 'sessions'], '{"filter":"none.such"}'),
  ...['CHANNEL', 'ALARM', 'KV_MEMORY', 'KV_SESSIONS'].map((stream) =>
    P(`$JS.API.STREAM.PURGE.${stream}`, ['sessions'], '{"filter":"none.such"}'),
  ),
  ...['INPUT', 'AUDIT', 'EVENT', 'BLOB', 'KV_DIRECTORY', 'KV_LOCKS'].map((stream) =>
    P(`$JS.API.STREAM.PURGE.${stream}`, [], '{"filter":"none.such"}'),
  ),
  P('$JS.API.STREAM.PURGE.DLQ', ['cli'], '{"filter":"none.such"}'),
  P('$JS.API.STREAM.MSG.DELETE.AUDIT', [], '{"seq":1}'),
  P('$JS.API.STREAM.SNAPSHOT.FLOW', []),
  P('$JS.API.STREAM.RESTORE.X', []),
  P('$JS.API.STREAM.DELETE.RESTORING', ['provisioner'], ''),
  P('$JS.API.CONSUMER.CREATE.TASK.x.wg.t1.task.codegen.>', ['provisioner']),
  P('$JS.API.CONSUMER.CREATE.KV_DIRECTORY', ['provisioner']),
  P('$JS.API.CONSUMER.DURABLE.CREATE.TASK.x', []),
  P('$JS.API.CONSUMER.DELETE.TASK.nope', ['provisioner'], ''),
  P('$JS.API.CONSUMER.PAUSE.TASK.codegen-high', []),
  P('$JS.API.CONSUMER.RESET.TASK.codegen-high', []),
  P('$JS.API.CONSUMER.UNPIN.TASK.codegen-high', []),
  P('$SYS.REQ.USER.INFO', ROLES, ''),
  P('$SYS.REQ.SERVER.PING', [], ''),
  P('$SYS.REQ.ACCOUNT.PING.CONNZ', [], ''),
];

const EARS: Operation[] = [
  ...['>', 'wg.>', 'in.>', '$JS.>', '$SYS.>', '$JS.EVENT.ADVISORY.>', '_INBOX.>', 'wg.t1.task.>', 'wg.t1.status.>', 'wg.t1.flow.*'].map(
    (subject) => S(subject, []),
  ),
  S('_INBOX.coordinator.>', ['coordinator']),
  S('wg.t1.status.alice.*', ['alice', 'cli', 'gateway']),
  S('wg.t1.outcome.alice.*', ['alice', 'cli', 'gateway']),
  S('wg.t2.outcome.alice.*', ['cli', 'gateway']),
  S('wg.t1.outcome.codegen.*', ['codegen', 'cli', 'gateway']),
  S('wg.t1.channel.*.*.*', [...AGENTS, 'alice', 'carol']),
  S('wg.t2.channel.*.*.*', ['auditor', 'codegen', 'foreign', 'bob']),
  S('wg.*.channel.*.*.*', ['auditor', 'codegen', 'foreign']),
  S('wg.t1.abort.codegen.*.*.*', ['codegen']),
  S('wg.*.progress.*.*.*', []),
  S('wgm.progress.*.*.*.*', ['cli', 'gateway']),
  S('wgm.beat.*.*', ['registry', 'coordinator', 'cli']),
  S('wgm.card.*.*', ['registry', 'cli']),
  S('wgm.due.*.*.*.*', ['cli']),
  S('wg.*.escalation.ask.*.*', ['cli']),
  S('wgm.left.AGENTS', ['registry']),
  S('$SYS.ACCOUNT.AGENTS.DISCONNECT', []),
];

const QUESTIONS: Operation[] = [
  ...each((name) => `wgm.svc.registry.find.${name}`, [...AGENTS, 'cli', 'gateway']),
  ...each((name) => `wgm.svc.sessions.set.t1.${name}`, SHARERS_OF_T1),
  ...each((name) => `wgm.svc.sessions.set.t2.${name}`, ['auditor', 'codegen', 'foreign', 'bob', 'cli']),
  P('wgm.svc.sessions.set.t1.nobody', []),
  S('wgm.svc.sessions.set.*.*', ['sessions'], 'sessions'),
  S('wgm.svc.sessions.set.*.*', []),
  S('wgm.svc.sessions.set.*.*', [], 'thief'),
  P('wgm.svc.coordinator.describe.cli', ['cli']),
  P('wgm.svc.coordinator.health.cli', ['cli']),
  S('wgm.svc.registry.find.*', ['registry'], 'registry'),
  S('wgm.svc.registry.find.*', []),
  S('wgm.svc.registry.find.*', [], 'thief'),
  S('$SRV.INFO.coordinator', ['coordinator']),
  P('$SRV.PING', ['cli'], ''),
  P('_INBOX.alice.x', ['coordinator', 'registry', 'sessions']),
];

describe('who may do what, as the server answers', () => {
  let mesh: SecureMesh;
  beforeAll(async () => {
    mesh = await secureMesh();
  });

  it.each(Object.entries({ FACTS, QUEUES, READING, BUCKETS, HOUSE, EARS, QUESTIONS }))('%s', async (_group, operations) => {
    // one after another a role (an answer belongs to the last question), the roles side by side
    const rows = await Promise.all(
      ROLES.map(async (name) => {
        const wrong: string[] = [];
        for (const operation of operations) {
          const answer = await operation.run(mesh.as(name));
          const allowed = answer.kind !== 'forbidden';
          if (allowed !== operation.may.includes(name))
            wrong.push(`${name}: ${operation.name} -> ${answer.kind} ${answer.text.slice(0, 120)}`);
        }
        return wrong;
      }),
    );
    expect(rows.flat()).toEqual([]);
  });
});
