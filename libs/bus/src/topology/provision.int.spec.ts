import { headers, type NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { cleanupLater, eventually, testBroker, type TestBroker } from '@waggle/testkit';
import { parseInputSubject, WaggleError } from '@waggle/protocol';
import { agentManifest } from '../permissions/factories.js';
import { jetStreamRequest } from './jetstream-api.js';
import { provision, provisionAgent, type ProvisionOptions } from './provision.js';
import { LEAST_STORAGE, MIB } from './stream-table.js';

jest.setTimeout(30_000);

const echo = agentManifest('echo');

/** A broker where anybody may do anything, a connection to it, and what these tests ask of both. */
class Bench {
  readonly logged: Record<string, number>[] = [];

  constructor(
    readonly broker: TestBroker,
    private connection: NatsConnection,
  ) {}

  static async open(): Promise<Bench> {
    const broker = await testBroker({ provision: false });
    return new Bench(broker, await Bench.connect(broker));
  }

  private static async connect(broker: TestBroker): Promise<NatsConnection> {
    const connection = await connect({ servers: broker.url, reconnect: false });
    cleanupLater(() => connection.close());
    return connection;
  }

  get nc(): NatsConnection {
    return this.connection;
  }

  async killAndRestart(): Promise<void> {
    await this.broker.kill();
    await this.broker.restart();
    this.connection = await Bench.connect(this.broker);
  }

  provision(more: Partial<ProvisionOptions> = {}): Promise<void> {
    const log: ProvisionOptions['log'] = (level, _message, fields) =>
      void (level === 'info' && this.logged.push(fields as Record<string, number>));
    return provision({ servers: this.broker.url, manifests: [echo], partitions: 3, log, ...more });
  }

  /** Publishes with an acknowledgement; the error's number where it was refused. */
  async publish(subject: string, body = '{}', header: Record<string, string> = {}): Promise<number | 'stored'> {
    const given = headers();
    for (const [name, value] of Object.entries(header)) given.set(name, value);
    const ack = (await this.nc.request(subject, body, { headers: given, timeout: 5_000 })).json<{ error?: { err_code: number } }>();
    return ack.error?.err_code ?? 'stored';
  }

  info<T>(stream: string): Promise<T> {
    return jetStreamRequest<T>(this.nc, `STREAM.INFO.${stream}`, { subjects_filter: '>' });
  }

  /** What INPUT holds: how often each subject. */
  async inputs(): Promise<Record<string, number>> {
    return (await this.info<{ state: { subjects?: Record<string, number> } }>('INPUT')).state.subjects ?? {};
  }

  /** Waits until this flow's submission, published last, has been copied: so has all before it. */
  async copiedUpTo(flowId: string): Promise<Record<string, number>> {
    expect(await this.publish(`wg.t.submit.me.${flowId}`)).toBe('stored');
    return eventually(
      async () => {
        const all = await this.inputs();
        return Object.keys(all).some((subject) => subject.includes(`.${flowId}.submit.`)) && all;
      },
      { timeout: 15_000, every: 50 },
    );
  }

  /** The flow of every input, by where it was copied from. */
  async origins(): Promise<Map<string, string>> {
    const { state } = await this.info<{ state: { first_seq: number; last_seq: number } }>('INPUT');
    const found = new Map<string, string>();
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await this.nc.request('$JS.API.DIRECT.GET.INPUT', JSON.stringify({ seq }), { timeout: 2_000 });
      const [stream, sequence] = message.headers!.get('Nats-Stream-Source').split(' ');
      found.set(`${stream} ${sequence}`, message.headers!.get('Nats-Subject').split('.')[3]!);
    }
    return found;
  }

  /** Takes and acknowledges everything that waits in a partition. */
  async drain(partition: number): Promise<number> {
    let taken = 0;
    for (;;) {
      const request = `$JS.API.CONSUMER.MSG.NEXT.INPUT.coordinator-${partition}`;
      const message = await this.nc.request(request, JSON.stringify({ batch: 1, no_wait: true }), {
        timeout: 2_000,
        noMux: true,
        reply: `drain.${partition}.${taken}`,
      });
      if (!message.reply) return taken;
      await this.nc.request(message.reply, '+ACK', { timeout: 2_000 });
      taken++;
    }
  }
}

const codeOf = async (run: Promise<unknown>): Promise<[string, string]> => {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof WaggleError)) throw new Error('expected a WaggleError', { cause: error });
  return [error.code, error.message];
};

describe('provisioning', () => {
  it('changes nothing that is right, also from two provisioners at once', async () => {
    const bench = await Bench.open();
    await Promise.all([bench.provision(), bench.provision(), bench.provision()]);
    bench.logged.length = 0;
    await bench.provision();
    expect(bench.logged).toEqual([{ stood: expect.any(Number), made: 0, changed: 0 }]);
  });

  it('brings what was changed by hand back, and leaves alone what it has no say in', async () => {
    const bench = await Bench.open();
    await bench.provision();
    const { config } = await bench.info<{ config: Record<string, unknown> }>('EVENT');
    await jetStreamRequest(bench.nc, 'STREAM.UPDATE.EVENT', { ...config, max_age: 0, description: 'mine' });
    await bench.provision();
    const after = await bench.info<{ config: Record<string, unknown> }>('EVENT');
    expect(after.config).toMatchObject({ max_age: config.max_age, description: 'mine' });
  });

  it('names the stream that stands in the way', async () => {
    const bench = await Bench.open();
    await jetStreamRequest(bench.nc, 'STREAM.CREATE.FLOW', { name: 'FLOW', subjects: ['wg.*.flow.*'], storage: 'memory' });
    const [code, message] = await codeOf(bench.provision());
    expect([code, message]).toEqual(['STREAM_CONFLICT', expect.stringContaining('stream FLOW')]);
  });

  it('says so when the broker has no room for the limits', async () => {
    const bench = await Bench.open();
    expect(await codeOf(bench.provision({ storage: 10_000_000 * MIB }))).toEqual([
      'STORAGE_FULL',
      expect.stringContaining('max_file_store'),
    ]);
    expect((await codeOf(bench.provision({ storage: 1 })))[0]).toBe('BAD_USAGE');
  });

  it('refuses a broker without the accounts, unless it is trusted', async () => {
    const bench = await Bench.open();
    expect((await codeOf(bench.provision({ trusted: false })))[0]).toBe('NATS_RIGHTS_MISSING');
  });

  it('makes the queues of an agent that is let in later, and only once there is a mesh', async () => {
    const bench = await Bench.open();
    const later = { servers: bench.broker.url, manifest: agentManifest('later') };
    expect((await codeOf(provisionAgent(later)))[0]).toBe('NOT_PROVISIONED');
    await bench.provision();
    await provisionAgent(later);
    for (const priority of ['critical', 'high', 'normal', 'low']) {
      const { config } = await jetStreamRequest<{ config: unknown }>(bench.nc, `CONSUMER.INFO.TASK.later-${priority}`);
      expect(config).toMatchObject({
        filter_subject: `wg.*.task.later.${priority}.*.*.*`,
        ack_policy: 'explicit',
        ack_wait: 30e9,
        max_deliver: -1,
      });
    }
  });
});

describe('INPUT', () => {
  it('gets every kind of input once, in the form that parseInputSubject reads', async () => {
    const bench = await Bench.open();
    await bench.provision();
    const first = { 'Nats-Expected-Last-Subject-Sequence': '0' };
    for (const subject of ['submit.me.f1', 'signal.me.f1.s1', 'result.echo.f1.a.2', 'escalation.answer.ann.f1.e1', 'event.shop.sold']) {
      expect(await bench.publish(`wg.t.${subject}`, '{}', first)).toBe('stored');
    }
    const schedule = { 'Nats-Schedule': `@at ${new Date(Date.now() - 1000).toISOString()}`, 'Nats-Schedule-Target': 'wg.t.timer.due.f1.7' };
    expect(await bench.publish('wg.t.timer.at.f1.7', '{}', schedule)).toBe('stored');
    const inputs = await eventually(async () => {
      const all = await bench.inputs();
      return Object.keys(all).length >= 6 && all;
    });
    expect(new Set(Object.values(inputs))).toEqual(new Set([1]));
    const parsed = Object.keys(inputs).map((subject) => parseInputSubject(subject));
    const flow = { tenant: 't', flowId: 'f1', partition: parsed[0]!.kind === 'event' ? parsed[1]!.partition : parsed[0]!.partition };
    expect(parsed).toHaveLength(6);
    expect(parsed).toEqual(
      expect.arrayContaining([
        { ...flow, kind: 'submit', owner: 'me' },
        { ...flow, kind: 'signal', owner: 'me', id: 's1' },
        { ...flow, kind: 'result', agent: 'echo', taskId: 'a', attempt: 2 },
        { ...flow, kind: 'timer', n: 7 },
        { ...flow, kind: 'answer', who: 'ann', id: 'e1' },
        { tenant: 't', partition: expect.any(Number), kind: 'event', source: 'shop', type: 'sold' },
      ]),
    );
  });

  it('drops nothing that was there before it: consumers come before sources', async () => {
    const bench = await Bench.open();
    await jetStreamRequest(bench.nc, 'STREAM.CREATE.SUBMIT', {
      name: 'SUBMIT',
      subjects: ['wg.*.submit.*.*'],
      max_msgs_per_subject: 1,
      discard: 'new',
      discard_new_per_subject: true,
    });
    for (let i = 0; i < 20; i++) expect(await bench.publish(`wg.t.submit.me.early${i}`)).toBe('stored');
    await bench.provision();
    expect(Object.keys(await bench.copiedUpTo('last'))).toHaveLength(21);
  });

  it('has nothing copied twice by a killed broker and a provisioner right behind it', async () => {
    const bench = await Bench.open();
    await bench.provision();
    for (let i = 0; i < 30; i++) expect(await bench.publish(`wg.t.submit.me.f${i}`)).toBe('stored');
    await bench.copiedUpTo('mark');
    const before = await bench.inputs();
    const drained = await bench.drain(0);
    expect(drained).toBeGreaterThan(0);
    await bench.killAndRestart();
    await bench.provision();
    const after = await bench.copiedUpTo('after');
    const left = Object.keys(before).filter((subject) => !subject.startsWith('in.0.'));
    expect(after).toEqual(
      Object.fromEntries([...left, Object.keys(after).find((subject) => subject.includes('.after.'))!].map((subject) => [subject, 1])),
    );
  });

  it('grows in partitions: all of them are fed, nothing is lost, and what comes again has the origin it had', async () => {
    const bench = await Bench.open();
    await bench.provision({ partitions: 2 });
    for (let i = 0; i < 20; i++) expect(await bench.publish(`wg.t.submit.me.f${i}`)).toBe('stored');
    await bench.copiedUpTo('mark');
    const before = await bench.origins();
    await bench.provision({ partitions: 5 });
    for (let i = 0; i < 40; i++) expect(await bench.publish(`wg.t.submit.me.g${i}`)).toBe('stored');
    await bench.copiedUpTo('after');
    const after = await bench.origins();
    expect(after.size).toBe(62);
    for (const [origin, flowId] of before) expect(after.get(origin)).toBe(flowId);
    const fresh = Object.keys(await bench.inputs()).filter((subject) => /\.(g\d+|after)\./.test(subject));
    expect(fresh).toHaveLength(41);
    expect(new Set(fresh.map((subject) => parseInputSubject(subject)!.partition))).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(await codeOf(bench.provision({ partitions: 4 }))).toEqual(['STREAM_CONFLICT', expect.stringContaining('stream INPUT')]);
  });

  it('loses no input to a message id that two writers used', async () => {
    const bench = await Bench.open();
    await bench.provision();
    const same = { 'Nats-Msg-Id': 'same' };
    expect(
      await Promise.all([bench.publish('wg.t.submit.me.m1', '{}', same), bench.publish('wg.t.result.echo.m2.a.1', '{}', same)]),
    ).toEqual(['stored', 'stored']);
    await eventually(async () => Object.keys(await bench.inputs()).length === 2);
  });

  it('takes a submission as long as a message may be', async () => {
    const bench = await Bench.open();
    await bench.provision();
    expect(await bench.publish('wg.t.submit.me.long', 'x'.repeat(MIB))).toBe('stored');
    expect(Object.keys(await bench.copiedUpTo('next'))).toHaveLength(2);
  });
});

describe('limits', () => {
  it('refuse a second fact, with the header and without', async () => {
    const bench = await Bench.open();
    await bench.provision();
    for (const subject of [
      'wg.t.submit.me.f',
      'wg.t.task.echo.high.f.a.1',
      'wg.t.result.echo.f.a.1',
      'wg.t.escalation.ask.f.e',
      'wg.t.dlq.echo.f.a',
    ]) {
      expect(await bench.publish(subject)).toBe('stored');
      expect(await bench.publish(subject, 'other')).toBe(10077);
      expect(await bench.publish(subject, 'other', { 'Nats-Expected-Last-Subject-Sequence': '0' })).toBe(10071);
    }
  });

  it('replace the last value where that is meant', async () => {
    const bench = await Bench.open();
    await bench.provision();
    for (const subject of ['wg.t.status.me.f', 'wg.t.wait.skill.x.f', 'wgm.beat.echo.i', 'wg.t.blob.me.abc.0', '$KV.DIRECTORY.skill.x']) {
      expect(await bench.publish(subject, '1')).toBe('stored');
      expect(await bench.publish(subject, '2')).toBe('stored');
    }
    const { state } = await bench.info<{ state: { messages: number } }>('WAIT');
    expect(state.messages).toBe(1);
  });

  it('refuse what a full stream has no room for, and drop nothing', async () => {
    const bench = await Bench.open();
    await bench.provision({ storage: LEAST_STORAGE });
    const answers: (number | 'stored')[] = [];
    for (let i = 0; i < 10; i++) answers.push(await bench.publish(`wg.t.wait.skill.x.f${i}`, 'x'.repeat(MIB - 100)));
    expect(new Set(answers)).toEqual(new Set(['stored', 10077]));
    const { state } = await bench.info<{ state: { messages: number } }>('WAIT');
    expect(state.messages).toBe(answers.filter((answer) => answer === 'stored').length);
  });
});
