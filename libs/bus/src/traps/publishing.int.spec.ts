import { subjects, type WaggleError } from '@waggle/protocol';
import { eventually, proxy, testBroker, type TestBroker } from '@waggle/testkit';
import { agentManifest } from '../permissions/factories.js';
import type { Bus } from '../port.js';
import { rawClient } from '../../test/raw-client.js';

const inTurn = async (count: number, width: number, work: (i: number) => Promise<unknown>): Promise<void> => {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) await work(next++);
    }),
  );
};

describe('seen to fail here: publishing', () => {
  let broker: TestBroker;
  let bus: Bus;

  beforeAll(async () => {
    broker = await testBroker({ manifests: [agentManifest('echo'), agentManifest('gone')] });
    bus = await broker.busFor('coordinator');
  }, 30_000);

  test('an outcome that came before its subscriber is not heard: subscribe first, then read', async () => {
    await bus.publish(subjects.outcome('t', 'ann', 'early'), 'done', { expect: 0 });
    const heard: string[] = [];
    await bus.subscribe(subjects.outcome('t', 'ann', 'early'), (message) => heard.push(message.text()));
    expect((await bus.last('FLOW', subjects.outcome('t', 'ann', 'early')))?.text()).toBe('done');
    expect(heard).toEqual([]);
  });

  test('publishes during reloads are refused for a moment and stored in the end', async () => {
    let stop = false;
    let stored = 0;
    const publishing = inTurn(Infinity, 16, async () => {
      if (stop) throw new Error('stopped');
      const { status } = await bus.publishOnce('RESULT', subjects.result('t', 'echo', 'reload', `t${stored++}`, 1), 'x');
      expect(status).toBe('stored');
    }).catch((error: Error) => error.message);
    for (const line of ['debug: false', 'trace: false', 'max_connections: 5000']) await broker.reload(line);
    stop = true;
    expect(await publishing).toBe('stopped');
    expect(stored).toBeGreaterThan(0);
  }, 20_000);

  test('kill -9 of the broker in the middle: the same bytes again, each stored exactly once', async () => {
    const N = 3_000;
    let done = 0;
    const statuses = new Set<string>();
    const publishing = inTurn(N, 64, async (i) => {
      const { status } = await bus.publishOnce('RESULT', subjects.result('t', 'echo', 'killed', `t${i}`, 1), `result ${i}`, {
        timeout: 20_000,
      });
      statuses.add(status);
      done++;
    });
    for (const share of [0.2, 0.5]) {
      await eventually(() => done > N * share, { every: 1, timeout: 15_000 });
      await broker.restart();
    }
    await publishing;
    expect([...statuses]).toEqual(['stored']);
    expect(await bus.read('RESULT', subjects.result('t', 'echo', 'killed', '*', 1))).toHaveLength(N);
  }, 40_000);

  test('a log whose writer lost answers has no gap and no fork', async () => {
    const wire = await proxy(broker.port);
    const writer = await broker.busFor('writer', { servers: wire.url });
    const subject = subjects.flow('t', 'chain');
    let last = 0;
    for (let i = 0; i < 60; i++) {
      if (i % 20 === 5) wire.loseAnswers();
      if (i % 20 === 15) wire.cut();
      const publishing = writer.publish(subject, `entry ${i}`, { expect: last, timeout: 15_000 });
      if (i % 20 === 5) await eventually(async () => (await bus.read('FLOW', subject)).length > i);
      wire.heal();
      const result = await publishing;
      expect(result.status).toBe('stored');
      last = (result as { sequence: number }).sequence;
    }
    expect((await bus.read('FLOW', subject)).map((message) => message.text())).toEqual(Array.from({ length: 60 }, (_, i) => `entry ${i}`));
  }, 40_000);

  test('a conflict after a lost answer: ours is found though the log has gone on, and another is not taken for ours', async () => {
    const wire = await proxy(broker.port);
    const writer = await broker.busFor('writer', { servers: wire.url });
    for (const [flow, bytes, status] of [
      ['ours', 'mine', 'stored'],
      ['theirs', 'another', 'conflict'],
    ] as const) {
      const subject = subjects.flow('t', flow);
      wire.loseAnswers();
      const publishing = writer.publish(subject, 'mine', { expect: 0 });
      const head = await eventually(() => bus.last('FLOW', subject));
      // what the writer is told of, once it is heard again: its own entry, or one that stood there first
      if (bytes === 'another') {
        await bus.purge('FLOW', subject);
        await bus.publish(subject, bytes, { expect: 0 });
      } else await bus.publish(subject, 'next', { expect: head.sequence });
      wire.heal();
      expect((await publishing).status).toBe(status);
    }
  }, 20_000);

  test('while the broker is away: not ready, BUS_UNREACHABLE in time; a waiting take and a subscription go on after it', async () => {
    const queue = await bus.queue('TASK', 'echo-normal');
    const taking = queue.take(1, { wait: 20_000 });
    const heard: string[] = [];
    await bus.subscribe('wgm.test.>', (message) => heard.push(message.text()));
    await broker.kill();
    await eventually(() => !bus.health.ready);
    const error = await bus.publish(subjects.flow('t', 'away'), 'x', { timeout: 200 }).then(
      () => undefined,
      (thrown: WaggleError) => thrown,
    );
    expect(error).toMatchObject({ code: 'BUS_UNREACHABLE', retryable: true });
    await broker.restart();
    await eventually(() => bus.health.ready);
    await bus.publishOnce('TASK', subjects.task('t', 'echo', 'normal', 'away', 'a', 1), 'after');
    const [delivery] = await taking;
    expect(delivery?.text()).toBe('after');
    delivery!.ack();
    bus.emit('wgm.test.a', 'heard');
    await eventually(() => heard.length === 1);
  }, 30_000);

  test('consume goes on over a killed broker and loses nothing', async () => {
    const seen = new Set<string>();
    const consumption = await (
      await bus.queue('TASK', 'echo-low')
    ).consume(
      (delivery) => {
        seen.add(delivery.text());
        delivery.ack();
      },
      { maxInFlight: 32 },
    );
    const N = 600;
    const publishing = inTurn(N, 16, (i) =>
      bus.publishOnce('TASK', subjects.task('t', 'echo', 'low', 'over', `t${i}`, 1), String(i), { timeout: 20_000 }),
    );
    await eventually(() => seen.size > N / 4, { every: 1 });
    await broker.restart();
    await publishing;
    // what was on its way comes again after its ack wait, 30 s
    await eventually(() => seen.size === N, { timeout: 45_000 });
    await consumption.stop();
  }, 90_000);

  test('a queue that is taken away is fatal, and named in health', async () => {
    const fatal: WaggleError[] = [];
    const agent = await broker.busFor('gone', { onFatal: (error) => fatal.push(error) });
    const queue = await agent.queue('TASK', 'gone-normal');
    const { jsm } = await rawClient(broker.url);
    const taking = queue.take(1, { wait: 4_000 });
    await jsm.consumers.delete('TASK', 'gone-normal');
    await eventually(() => fatal.length > 0);
    expect(fatal[0]).toMatchObject({ code: 'NOT_PROVISIONED' });
    expect(agent.health.ready).toBe(false);
    expect(agent.health.reasons[0]).toContain('gone-normal');
    expect(await taking).toEqual([]);
  }, 20_000);

  test('no broker at all is told in time', async () => {
    const wire = await proxy(1);
    await expect(broker.busFor('nobody', { servers: wire.url, connectTimeout: 300 })).rejects.toMatchObject({ code: 'BUS_UNREACHABLE' });
  });
});
