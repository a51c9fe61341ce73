import { eventually } from '@waggle/testkit';
import { AttackTools, fresh } from './attack-tools.js';
import { ask, listen, send, type Answer } from './probe.js';
import { secureMesh, type SecureMesh } from './secure-mesh.js';

jest.setTimeout(60_000);

let mesh: SecureMesh;
let tools: AttackTools;
beforeAll(async () => {
  mesh = await secureMesh();
  tools = new AttackTools(mesh);
});

const forbidden = (answer: Answer): void => expect(answer).toMatchObject({ kind: 'forbidden' });
const refused = (answer: Answer, code: number): void => expect(answer).toMatchObject({ kind: 'refused', code });
const result = (agent: string, flow = fresh()): string => `wg.t1.result.${agent}.${flow}.a.1`;
const EMPTY_PULL = '{"batch":1,"no_wait":true}';

describe("a reply subject of the attacker's choice (closed by the account border)", () => {
  it.each(['auditor', 'foreign', 'alice', 'gateway'])('does not carry bytes of %s into the FLOW log', async (name) => {
    const target = `wg.t1.flow.${fresh()}`;
    await tools.launder(mesh.as(name), 'forged transition', target);
    expect(await tools.stored('FLOW', target)).toBeUndefined();
  });

  it("does not carry bytes into another's result, neither to its subject nor where that is imported", async () => {
    for (const attacker of [tools.agent(), mesh.as('foreign')]) {
      const target = result('codegen');
      await tools.launder(attacker, 'forged', target);
      expect(await tools.stored('RESULT', target)).toBeUndefined();
    }
  });

  it('does not carry a request into the JetStream API', async () => {
    for (const api of ['$JS.API', 'mesh.API'])
      await tools.launder(tools.agent(), '{"name":"EVIL","subjects":["evil.>"]}', `${api}.STREAM.CREATE.EVIL`);
    expect(await tools.messages('EVIL')).toBeUndefined();
  });

  it.each(['PURGE', 'DELETE'])('does not turn the empty answer of a pull into STREAM.%s', async (verb) => {
    await tools.put('wg.t1.event.gateway.x');
    const question = '$JS.API.CONSUMER.MSG.NEXT.TASK.auditor-critical';
    for (const api of ['$JS.API', 'mesh.API'])
      await send(tools.agent(), question, { body: EMPTY_PULL, reply: `${api}.STREAM.${verb}.EVENT` });
    await tools.settled(tools.agent(), question, EMPTY_PULL);
    expect(await tools.messages('EVENT')).toBeGreaterThan(0);
  });

  it("does not make an acknowledgement occupy another's result", async () => {
    const target = result('codegen');
    await send(tools.agent(), result('auditor'), { body: 'x', reply: target });
    await tools.settled(tools.agent(), result('auditor'));
    expect(await tools.stored('RESULT', target)).toBeUndefined();
  });

  it('does not reach a lock, of another tenant or of its own', async () => {
    const [theirs, own] = [`$KV.LOCKS.t2.resource.${fresh()}`, `$KV.LOCKS.t1.resource.${fresh()}`];
    await tools.launder(tools.client(), 'forged', theirs);
    await tools.launder(tools.client(), 'forged', own);
    expect([await tools.stored('KV_LOCKS', theirs), await tools.stored('KV_LOCKS', own)]).toEqual([undefined, undefined]);
  });

  it("does not settle another's delivery", async () => {
    const ack = await tools.taken('codegen', 'low');
    const before = (await tools.consumer('codegen-low')).num_ack_pending;
    forbidden(await send(tools.agent(), '$JS.API.CONSUMER.MSG.NEXT.TASK.auditor-critical', { body: EMPTY_PULL, reply: ack }));
    expect((await tools.consumer('codegen-low')).num_ack_pending).toBe(before);
  });

  it('does not make a service answer into the FLOW log, across the border or in the core', async () => {
    const registry = mesh.as('registry');
    const answered: string[] = [];
    const subscription = registry.nc.subscribe('wgm.svc.registry.find.*', {
      queue: 'registry',
      callback: (_error, message) => {
        message.respond('answer');
        answered.push(message.subject);
      },
    });
    await registry.nc.flush();
    const target = `wg.t1.flow.${fresh()}`;
    await send(tools.agent(), 'wgm.svc.registry.find.auditor', { reply: target });
    mesh.observer.publish('wgm.svc.registry.find.observer', '', { reply: target });
    await eventually(() => answered.length === 2);
    await registry.nc.flush();
    subscription.unsubscribe();
    expect(await tools.stored('FLOW', target)).toBeUndefined();
  });
});

describe('headers that command the server', () => {
  it("roll-up: refused, nobody's results are wiped", async () => {
    const target = result('codegen');
    await tools.put(target);
    refused(await ask(tools.agent(), result('auditor'), { body: 'x', header: { 'Nats-Rollup': 'all' } }), 10111);
    expect(await tools.stored('RESULT', target)).toBe('genuine');
  });

  it('a second result, without the expected sequence: the first stays', async () => {
    const own = result('auditor');
    await ask(tools.agent(), own, 'first');
    refused(await ask(tools.agent(), own, 'second'), 10077);
    expect(await tools.stored('RESULT', own)).toBe('first');
  });

  it('a time to live on a result, which would open the fence again: refused', async () => {
    refused(await ask(tools.agent(), result('auditor'), { body: 'x', header: { 'Nats-TTL': '1s' } }), 10166);
  });

  it('schedules: nobody but the coordinator sets timers, and other streams have none', async () => {
    const header = {
      'Nats-Schedule': '@every 1s',
      'Nats-Schedule-Target': 'wg.t1.timer.due.f.1',
      'Nats-Schedule-Source': 'wg.t1.timer.at.f.1',
    };
    forbidden(await ask(tools.agent(), 'wg.t1.timer.at.f.1', { body: 'x', header }));
    forbidden(
      await ask(tools.agent(), 'wg.t1.timer.at.f.1', {
        body: 'x',
        header: { 'Nats-Schedule-Next': 'purge', 'Nats-Scheduler': 'wg.t1.timer.at.f.2' },
      }),
    );
    refused(await ask(tools.agent(), result('auditor'), { body: 'x', header }), 10188);
  });

  it("a trace sent to another's result subject: forbidden", async () => {
    const target = result('codegen');
    await send(tools.agent(), result('auditor'), { body: 'x', header: { 'Nats-Trace-Dest': target, 'Nats-Trace-Only': 'true' } });
    await tools.settled(tools.agent(), result('auditor'));
    expect(await tools.stored('RESULT', target)).toBeUndefined();
  });

  it('a forged origin, by which inputs are known: refused', async () => {
    refused(
      await ask(tools.client(), `wg.t1.submit.alice.${fresh()}`, {
        body: 'x',
        header: { 'Nats-Stream-Source': 'SUBMIT 1 > > wg.t1.submit.bob.f' },
      }),
      10227,
    );
  });

  it('a squatted message id does not swallow a result that carries none', async () => {
    const [id, target] = [fresh(), result('codegen')];
    await ask(tools.agent(), result('auditor'), { body: 'x', header: { 'Nats-Msg-Id': id } });
    expect(await ask(tools.victim(), target, { body: 'real', header: { 'Nats-Expected-Last-Subject-Sequence': '0' } })).toMatchObject({
      kind: 'ok',
    });
    expect(await tools.stored('RESULT', target)).toBe('real');
  });

  it('open batches: there are none, so the coordinator cannot be locked out', async () => {
    for (let i = 0; i < 60; i++) {
      refused(
        await ask(tools.client(), `wg.t1.submit.alice.${fresh()}`, {
          body: 'x',
          header: { 'Nats-Batch-Id': fresh(), 'Nats-Batch-Sequence': '1' },
        }),
        10174,
      );
    }
    expect(await ask(tools.coordinator(), `wg.t1.flow.${fresh()}`, 'x')).toMatchObject({ kind: 'ok' });
  });

  it('none that SUBMIT takes keeps INPUT from going on', async () => {
    const odd: Record<string, string>[] = [
      { 'Nats-Expected-Stream': 'SUBMIT' },
      { 'Nats-Batch-Sequence': '1' },
      { 'Nats-Required-Api-Level': '99' },
      { 'Nats-Marker-Reason': 'Purge' },
      { 'Nats-Consumer-Stalled': 'wg.t1.flow.f', 'Nats-Last-Consumer': '9', 'Nats-Last-Stream': '99' },
      { Status: '100' },
      { 'KV-Operation': 'PURGE' },
      { 'X-Long': 'x'.repeat(60_000) },
    ];
    const flows = odd.map(() => fresh());
    for (const [i, header] of odd.entries())
      expect(await ask(tools.client(), `wg.t1.submit.alice.${flows[i]}`, { header })).toMatchObject({ kind: 'ok' });
    await eventually(async () => {
      const { state } = await tools.observe<{ state: { subjects?: Record<string, number> } }>('$JS.API.STREAM.INFO.INPUT', {
        subjects_filter: 'in.*.t1.*.submit.alice',
      });
      return flows.every((flow) => Object.keys(state.subjects ?? {}).some((subject) => subject.includes(`.${flow}.`)));
    });
  });
});

describe("others' queues and consumers", () => {
  const filter = 'wg.*.task.codegen.>';
  it.each([
    [
      'a consumer of its own on their tasks',
      'CONSUMER.CREATE.TASK.spy.wg.*.task.codegen.>',
      { stream_name: 'TASK', config: { name: 'spy', filter_subject: filter } },
    ],
    [
      'several filters in the body',
      'CONSUMER.CREATE.KV_DIRECTORY.spy',
      { stream_name: 'KV_DIRECTORY', config: { name: 'spy', filter_subjects: ['>'] } },
    ],
    [
      'their durable made again',
      'CONSUMER.CREATE.TASK.codegen-normal.none',
      { stream_name: 'TASK', config: { durable_name: 'codegen-normal', filter_subject: 'none' } },
    ],
    [
      'a push consumer aimed at the FLOW log',
      'CONSUMER.CREATE.BLOB.push.wg.>',
      { stream_name: 'BLOB', config: { name: 'push', deliver_subject: 'wg.t1.flow.f' } },
    ],
    ['pausing it', 'CONSUMER.PAUSE.TASK.codegen-normal', { pause_until: '2099-01-01T00:00:00Z' }],
    ['resetting it', 'CONSUMER.RESET.TASK.codegen-normal', { seq: 1 }],
    ['deleting it', 'CONSUMER.DELETE.TASK.codegen-normal', ''],
    ['pulling from it', 'CONSUMER.MSG.NEXT.TASK.codegen-normal', { batch: 1, no_wait: true }],
    ['reading a task by its sequence', 'DIRECT.GET.TASK', { seq: 1 }],
    ['reading a task through the leader', 'STREAM.MSG.GET.TASK', { last_by_subj: 'wg.t1.task.codegen.>' }],
    ['emptying the audit', 'STREAM.PURGE.AUDIT', ''],
  ])('%s: forbidden', async (_name, request, body) => {
    for (const name of ['auditor', 'foreign', 'alice'])
      forbidden(await ask(mesh.as(name), `$JS.API.${request}`, body === '' ? '' : JSON.stringify(body)));
    const { config, paused } = await tools.consumer('codegen-normal');
    expect([config.filter_subject, paused ?? false]).toEqual(['wg.*.task.codegen.normal.*.*.*', false]);
  });

  it("a made-up acknowledgement does not end another's task", async () => {
    const [, , , , deliveries, sequence, consumerSequence] = (await tools.taken('codegen', 'critical')).split('.');
    forbidden(await send(tools.agent(), `$JS.ACK.TASK.codegen-critical.${deliveries}.${sequence}.${consumerSequence}.1.0`, '+TERM'));
    expect((await tools.consumer('codegen-critical')).num_ack_pending).toBe(1);
  });
});

describe('speaking and listening for others', () => {
  it("inboxes: nobody hears another's answers or forges one", async () => {
    forbidden(await listen(tools.agent(), '_INBOX.>'));
    forbidden(await listen(tools.agent(), '_INBOX.codegen.>'));
    forbidden(await send(tools.agent(), '_INBOX.codegen.abc', 'x'));
  });

  it('endpoints: nobody stands beside a service or answers discovery in its name', async () => {
    for (const queue of ['registry', 'thief', undefined]) forbidden(await listen(tools.agent(), 'wgm.svc.registry.find.*', queue));
    forbidden(await listen(tools.agent(), '$SRV.PING'));
    forbidden(await listen(tools.agent(), '$SRV.INFO.coordinator'));
    forbidden(await send(tools.agent(), 'wgm.svc.registry.find.codegen', ''));
  });

  it('a forged beat, card, progress, start or result of a neighbour: forbidden', async () => {
    for (const subject of [
      'wgm.beat.codegen.i',
      'wgm.card.codegen.i',
      'wg.t1.progress.codegen.f.a',
      'wg.t1.start.codegen.f.a.1',
      'wg.t1.result.codegen.f.a.1',
    ]) {
      forbidden(await ask(tools.agent(), subject, 'x'));
    }
  });

  it("another tenant's or owner's flows: neither asked for, nor signalled, nor seen", async () => {
    for (const subject of [
      'wg.t2.submit.alice.f',
      'wg.t1.submit.carol.f',
      'wg.t1.signal.carol.f.s',
      'wg.t2.signal.bob.f.s',
      'wg.t1.blob.carol.h.0',
    ]) {
      forbidden(await ask(tools.client(), subject, 'x'));
    }
    for (const subject of ['wg.t1.outcome.carol.*', 'wg.t1.status.>', 'wg.t2.outcome.bob.*'])
      forbidden(await listen(tools.client(), subject));
    forbidden(await ask(tools.client(), '$JS.API.DIRECT.GET.FLOW.wg.t1.outcome.carol.f'));
    forbidden(await ask(tools.client(), '$JS.API.DIRECT.GET.BLOB.wg.t2.blob.bob.h.0'));
  });

  it("the system account: not heard, not asked, but for one's own rights", async () => {
    forbidden(await listen(tools.agent(), '$SYS.>'));
    for (const request of ['$SYS.REQ.SERVER.PING', '$SYS.REQ.ACCOUNT.PING.CONNZ', '$SYS.REQ.SERVER.PING.VARZ'])
      forbidden(await ask(tools.agent(), request));
    expect(await ask(tools.agent(), '$SYS.REQ.USER.INFO')).toMatchObject({
      kind: 'ok',
      text: expect.stringContaining('"account":"AGENTS"'),
    });
  });
});

describe('known to be open (docs/security.md says what limits each)', () => {
  const hears = async (victim: string, subject: string, attacker: string): Promise<boolean> => {
    const heard: string[] = [];
    const { nc } = mesh.as(victim);
    const subscription = nc.subscribe(subject, { callback: (_error, message) => void heard.push(message.string()) });
    await nc.flush();
    await tools.launder(mesh.as(attacker), 'forged', subject);
    await nc.flush();
    subscription.unsubscribe();
    return heard.includes('forged');
  };

  it('OPEN among neighbours of one account: a forged live message, which wakes and must not decide', async () => {
    expect(await hears('codegen', 'wg.t1.abort.codegen.f.a.1', 'auditor')).toBe(true);
    expect(await hears('carol', 'wg.t1.outcome.carol.f', 'alice')).toBe(true);
  });

  it('closed across accounts: an agent alone and another tenant neither send such nor hear them', async () => {
    expect(await hears('codegen', 'wg.t1.abort.codegen.f.a.1', 'foreign')).toBe(false);
    expect(await hears('foreign', 'wg.t1.abort.foreign.f.a.1', 'auditor')).toBe(false);
    expect(await hears('cli', 'wg.t1.outcome.cli.f', 'alice')).toBe(false);
  });

  it('OPEN to who sends a message id: another used it first, and the message is not stored', async () => {
    const [id, target] = [fresh(), result('codegen')];
    await ask(tools.agent(), result('auditor'), { body: 'x', header: { 'Nats-Msg-Id': id } });
    expect((await ask(tools.victim(), target, { body: 'real', header: { 'Nats-Msg-Id': id } })).text).toContain('"duplicate": true');
    expect(await tools.stored('RESULT', target)).toBeUndefined();
  });

  it("OPEN: the last sequence of another's subject can be asked for", async () => {
    const target = result('codegen');
    const { seq } = await tools.put(target);
    const header = { 'Nats-Expected-Last-Subject-Sequence': '1', 'Nats-Expected-Last-Subject-Sequence-Subject': target };
    expect((await ask(tools.agent(), result('auditor'), { body: 'x', header })).text).toContain(String(seq));
  });
});

describe('filling what one may write (last: SUBMIT stays full)', () => {
  it('a full SUBMIT does not keep the coordinator from writing', async () => {
    const big = 'x'.repeat(1_000_000);
    let answer: Answer = { kind: 'ok', text: '' };
    for (let i = 0; i < 100 && answer.kind === 'ok'; i++)
      answer = await ask(tools.client(), `wg.t1.submit.alice.${fresh()}`, { body: big });
    refused(answer, 10077);
    expect(await ask(tools.coordinator(), `wg.t1.flow.${fresh()}`, { body: big })).toMatchObject({ kind: 'ok' });
  });
});
