import {
  agentManifest,
  nextStored,
  tailFromLeader,
  type Bus,
  type BucketEvent,
  type Delivery,
  type Queue,
  type StoredMessage,
} from '@waggle/bus';
import { inputConsumer, subjects, type StreamName } from '@waggle/protocol';
import { eventually, ModelBroker, ModelBus, testBroker } from './index.js';

/** What the suite needs of either. */
interface Harness {
  bus(me: string): Promise<Bus>;
  /** Sets how many bytes a stream may hold. */
  limit(stream: StreamName, bytes: number): Promise<void>;
}

const PARTITIONS = 4;
/** Milliseconds for a publish that is refused: a busy machine's first answer comes within them. */
const PATIENCE = 600;
const manifests = [agentManifest('echo')];

const server = async (synced = false): Promise<Harness> => {
  const broker = await testBroker({ manifests, partitions: PARTITIONS, synced });
  const see = await broker.busFor('see');
  return {
    bus: (me) => broker.busFor(me),
    limit: async (stream, max_bytes) => {
      const { config } = (await see.request(`$JS.API.STREAM.INFO.${stream}`, '')).json<{ config: object }>();
      const changed = (await see.request(`$JS.API.STREAM.UPDATE.${stream}`, JSON.stringify({ ...config, max_bytes }))).json<{
        error?: unknown;
      }>();
      expect(changed.error).toBeUndefined();
    },
  };
};

const model = async (): Promise<Harness> => {
  const broker = new ModelBroker({ manifests, partitions: PARTITIONS });
  return {
    bus: async (me) => new ModelBus(broker, me),
    limit: async (stream, bytes) => void (broker.streams.get(stream)!.settings.max_bytes = bytes),
  };
};

/** One suite for the real server and for the model of it: what holds of one holds of the other. */
describe.each([
  ['nats-server', () => server()],
  ['nats-server that syncs each write', () => server(true)],
  ['the model', model],
])('%s', (_name, make) => {
  let harness: Harness;
  let bus: Bus;
  let other: Bus;
  let n = 0;
  const flow = (): string => `f-${n++}`;

  beforeAll(async () => {
    harness = await make();
    [bus, other] = await Promise.all([harness.bus('coordinator'), harness.bus('other')]);
  });

  const take = async (queue: Queue, wait = 3_000): Promise<Delivery> => {
    const [delivery] = await queue.take(1, { wait });
    if (!delivery) throw new Error('nothing was delivered');
    return delivery;
  };
  const dispatch = async (priority: 'critical' | 'high' | 'normal' | 'low', task: string): Promise<void> => {
    await bus.publishOnce('TASK', subjects.task('t', 'echo', priority, flow(), task, 1), task);
  };
  const copied = (id: string): Promise<StoredMessage> => eventually(async () => (await bus.read('INPUT', `in.*.t.${id}.>`))[0]);
  /** Empties INPUT, once it has copied what was stored before: its sources may lag by a second. */
  const clearInput = async (): Promise<void> => {
    const [submitted, ended] = [flow(), flow()];
    await bus.publishOnce('SUBMIT', subjects.submit('t', 'ann', submitted), '{}');
    await bus.publishOnce('RESULT', subjects.result('t', 'echo', ended, 'a', 1), '{}');
    await Promise.all([submitted, ended].map(copied));
    await bus.purge('INPUT', '>');
  };
  /** An input, alone in INPUT, taken from its partition with an ack wait of a second. */
  const input = async (): Promise<{ delivery: Delivery; queue: Queue }> => {
    const id = flow();
    await clearInput();
    await bus.publishOnce('SUBMIT', subjects.submit('t', 'ann', id), '{}');
    const stored = await copied(id);
    const queue = await bus.queue('INPUT', inputConsumer(Number(stored.subject.split('.')[1])));
    return { delivery: await take(queue), queue };
  };

  describe('storing', () => {
    test('the subject must stand where it is expected', async () => {
      const subject = subjects.flow('t', flow());
      const first = await bus.publish(subject, '1', { expect: 0 });
      expect(first).toEqual({ status: 'stored', sequence: expect.any(Number) });
      expect(await bus.publish(subject, 'x', { expect: 0 })).toEqual({ status: 'conflict' });
      const { sequence } = first as { sequence: number };
      expect((await bus.publish(subject, '2', { expect: sequence })).status).toBe('stored');
      expect(await bus.publish(subject, '3', { expect: sequence })).toEqual({ status: 'conflict' });
      expect((await bus.publish(subject, 'whatever')).status).toBe('stored');
      expect((await bus.read('FLOW', subject)).map((one) => one.text())).toEqual(['1', '2', 'whatever']);
      expect((await bus.read('FLOW', subject, { after: sequence, limit: 1 })).map((one) => one.text())).toEqual(['2']);
      expect((await bus.last('FLOW', subject))?.text()).toBe('whatever');
      expect((await bus.last('FLOW', subject, { from: 'leader' }))?.text()).toBe('whatever');
    });

    test('sequences of a stream grow by one, whatever the subject', async () => {
      const sequences: number[] = [];
      for (let i = 0; i < 3; i++) sequences.push(((await bus.publish(subjects.flow('t', flow()), 'x')) as { sequence: number }).sequence);
      expect(sequences.map((one) => one - sequences[0]!)).toEqual([0, 1, 2]);
    });

    test('the first wins: the same bytes are ours, others are told what stands', async () => {
      const subject = subjects.submit('t', 'ann', flow());
      const first = await bus.publishOnce('SUBMIT', subject, 'a');
      expect(await other.publishOnce('SUBMIT', subject, 'a')).toEqual(first);
      const lost = await other.publishOnce('SUBMIT', subject, 'b');
      expect(lost.status === 'taken' && lost.by.text()).toBe('a');
    });

    test('many at once: each is told what became of it, and one that lost its race takes no other with it', async () => {
      const subjectsAtOnce = Array.from({ length: 120 }, () => subjects.submit('t', 'ann', flow()));
      await other.publishOnce('SUBMIT', subjectsAtOnce[60]!, 'theirs');
      for (let turn = 0; turn < 2; turn++) {
        const said = await Promise.all(subjectsAtOnce.map((subject) => bus.publishOnce('SUBMIT', subject, 'ours')));
        expect(said.map(({ status }) => status)).toEqual(subjectsAtOnce.map((_, at) => (at === 60 ? 'taken' : 'stored')));
        const found = await Promise.all(subjectsAtOnce.map((subject) => bus.last('SUBMIT', subject)));
        expect(found.map((one) => one!.text())).toEqual(subjectsAtOnce.map((_, at) => (at === 60 ? 'theirs' : 'ours')));
        for (const [at, one] of said.entries()) if (one.status === 'stored') expect(one.sequence).toBe(found[at]!.sequence);
      }
    });

    test('without an expectation first wins holds too, and says that there is no room', async () => {
      const subject = subjects.submit('t', 'ann', flow());
      await bus.publishOnce('SUBMIT', subject, 'a');
      await expect(bus.publish(subject, 'b', { timeout: PATIENCE })).rejects.toMatchObject({ code: 'STORAGE_FULL' });
      expect((await bus.last('SUBMIT', subject))?.text()).toBe('a');
    });

    test('the last value replaces the one before', async () => {
      const id = flow();
      for (const value of ['1', '2']) await bus.publish(subjects.progress('t', 'echo', id, 'a'), value);
      await bus.publish(subjects.progress('t', 'echo', id, 'b'), '3');
      expect((await bus.read('PROGRESS', subjects.progress('t', 'echo', id, '*'))).map((one) => one.text())).toEqual(['2', '3']);
    });

    test('a full stream refuses and stores once there is room', async () => {
      const { bytes, maxBytes } = await bus.figures('DLQ');
      await harness.limit('DLQ', bytes + 4_096);
      const put = (id: string, timeout?: number) =>
        bus.publishOnce('DLQ', subjects.dlq('t', 'echo', id, 'a'), 'x'.repeat(1_000), { timeout });
      for (const id of ['one', 'two', 'three']) expect((await put(id)).status).toBe('stored');
      await expect(put('four', PATIENCE)).rejects.toMatchObject({ code: 'STORAGE_FULL', retryable: true });
      expect(await bus.last('DLQ', subjects.dlq('t', 'echo', 'four', 'a'))).toBeUndefined();
      const patient = put('four');
      await bus.purge('DLQ', subjects.dlq('t', 'echo', 'one', 'a'));
      expect((await patient).status).toBe('stored');
      await harness.limit('DLQ', maxBytes);
    });

    test('a purge removes a pattern or up to a sequence, and reopens first wins', async () => {
      const id = flow();
      const first = (await bus.publish(subjects.flow('t', id), '1')) as { sequence: number };
      await bus.publish(subjects.flow('t', id), '2');
      expect(await bus.purge('FLOW', subjects.flow('t', id), { upTo: first.sequence })).toBe(1);
      expect((await bus.read('FLOW', subjects.flow('t', id))).map((one) => one.text())).toEqual(['2']);
      expect(await bus.purge('FLOW', subjects.flow('t', id))).toBe(1);
      const result = subjects.result('t', 'echo', id, 'a', 1);
      await bus.publishOnce('RESULT', result, 'first');
      expect(await bus.purge('RESULT', subjects.result('t', '*', id, '*', '*'))).toBe(1);
      expect((await bus.publishOnce('RESULT', result, 'late')).status).toBe('stored');
    });

    test('nothing there, no stream, no subject, too much', async () => {
      const subject = subjects.flow('t', flow());
      expect(await bus.last('FLOW', subject)).toBeUndefined();
      expect(await bus.last('FLOW', subject, { from: 'leader' })).toBeUndefined();
      expect(await bus.read('FLOW', subject)).toEqual([]);
      await expect(bus.publish('nobody.takes.this', 'x', { timeout: PATIENCE })).rejects.toMatchObject({ code: 'NOT_PROVISIONED' });
      await expect(bus.publish('wg.t.*', 'x')).rejects.toMatchObject({ code: 'BUS_REFUSED' });
      await expect(bus.queue('TASK', 'nobody-high')).rejects.toMatchObject({ code: 'NOT_PROVISIONED' });
      await expect(bus.publish(subject, Buffer.alloc((1 << 20) + 1))).rejects.toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
    });

    test('the leader reads a pattern, and finds what comes next', async () => {
      const id = flow();
      await bus.publishOnce('SUBMIT', subjects.submit('t', 'ann', id), '{}', { headers: { traceparent: 'x' } });
      const found = await bus.last('SUBMIT', subjects.submit('t', '*', id), { from: 'leader' });
      expect(found?.subject).toBe(subjects.submit('t', 'ann', id));
      const next = await nextStored(bus, 'SUBMIT', found!.sequence - 1);
      expect(next).toMatchObject({ subject: found!.subject, sequence: found!.sequence });
      expect(next!.headerBytes).toBeGreaterThan(20);
      expect(await nextStored(bus, 'SUBMIT', (await bus.figures('SUBMIT')).lastSequence)).toBeUndefined();
      const tail = await tailFromLeader(bus, 'SUBMIT', { after: found!.sequence - 1, filter: subjects.submit('t', '*', id) });
      expect(tail.map((one) => [one.subject, one.sequence, one.text(), one.header('traceparent'), one.time])).toEqual([
        [found!.subject, found!.sequence, '{}', 'x', found!.time],
      ]);
    });
  });

  describe('queues', () => {
    test('a take gets what is there, at most what it asks, in order', async () => {
      const queue = await bus.queue('TASK', 'echo-high');
      for (const task of ['a', 'b', 'c']) await dispatch('high', task);
      const two = await queue.take(2);
      expect(two.map((one) => one.text())).toEqual(['a', 'b']);
      expect(two[0]).toMatchObject({ stream: 'TASK', deliveries: 1, consumerSequence: 1 });
      const rest = await queue.take(10, { wait: 3_000 });
      expect(rest.map((one) => one.text())).toEqual(['c']);
      expect(rest[0]).toMatchObject({ consumerSequence: 3, pending: 0 });
      for (const delivery of [...two, ...rest]) expect(await delivery.ackConfirmed()).toBe(true);
      expect(await queue.take(1)).toEqual([]);
      expect(await queue.take(1, { wait: 50 })).toEqual([]);
    });

    test('a take that waits wakes with the first message, and can be called off', async () => {
      const queue = await bus.queue('TASK', 'echo-low');
      const taken = queue.take(5, { wait: 10_000 });
      await dispatch('low', 'a');
      const [first] = await taken;
      first!.ack();
      const abort = new AbortController();
      const called = queue.take(1, { wait: 10_000, signal: abort.signal });
      abort.abort();
      expect(await called).toEqual([]);
      await dispatch('low', 'b');
      const later = await take(queue);
      expect(later.text()).toBe('b');
      later.ack();
    });

    test('what is not settled within the ack wait comes again, and says how often', async () => {
      const { delivery, queue } = await input();
      const again = await take(queue);
      expect(again).toMatchObject({ sequence: delivery.sequence, deliveries: 2 });
      expect(again.consumerSequence).toBeGreaterThan(delivery.consumerSequence);
      expect(again.origin).toEqual(delivery.origin);
      again.ack();
      expect(await queue.take(1, { wait: 1_300 })).toEqual([]);
    });

    test('whoever says that it is working keeps it', async () => {
      const { delivery, queue } = await input();
      const beats = setInterval(() => delivery.working(), 250);
      expect(await queue.take(1, { wait: 1_800 })).toEqual([]);
      clearInterval(beats);
      delivery.ack();
    });

    test('handed back it comes at once, or after the delay', async () => {
      // whose ack wait is half a minute
      const queue = await bus.queue('TASK', 'echo-critical');
      await dispatch('critical', 'a');
      (await take(queue)).nak();
      const second = await take(queue, 10_000);
      expect(second.deliveries).toBe(2);
      const since = performance.now();
      second.nak(400);
      const third = await take(queue, 10_000);
      expect(third.deliveries).toBe(3);
      expect(performance.now() - since).toBeGreaterThan(380);
      expect(await third.ackConfirmed()).toBe(true);
    });

    test('given up it comes never again', async () => {
      const { delivery, queue } = await input();
      delivery.term('never');
      expect(await queue.take(1, { wait: 1_300 })).toEqual([]);
    });

    test('an acknowledgement is no fence, and a NAK says not whose: both are believed', async () => {
      const { delivery, queue } = await input();
      const numbers = {
        stream: 'INPUT' as const,
        consumer: queue.consumer,
        streamSequence: delivery.sequence,
        consumerSequence: delivery.consumerSequence,
        deliveries: 1,
      };
      other.handBack(numbers);
      const second = await take(queue);
      other.handBack(numbers);
      const third = await take(queue);
      expect([second.deliveries, third.deliveries]).toEqual([2, 3]);
      expect(await delivery.ackConfirmed()).toBe(true);
      expect(await queue.take(1, { wait: 1_300 })).toEqual([]);
    });

    test('no more than max_ack_pending are unsettled', async () => {
      const id = flow();
      await clearInput();
      await bus.publishOnce('SUBMIT', subjects.submit('t', 'ann', id), '{}');
      await Promise.all(Array.from({ length: 1_004 }, (_, i) => bus.publishOnce('SUBMIT', subjects.signal('t', 'ann', id, `s${i}`), '{}')));
      const inputs = await eventually(async () => {
        const found = await bus.read('INPUT', `in.*.t.${id}.>`);
        return found.length === 1_005 && found;
      });
      const queue = await bus.queue('INPUT', inputConsumer(Number(inputs[0]!.subject.split('.')[1])));
      const held = new Map<number, Delivery>();
      const hold = async (batch: number): Promise<void> => {
        for (const delivery of await queue.take(batch, { wait: 500 })) held.set(delivery.sequence, delivery);
      };
      for (let takes = 0; takes < 100 && held.size < 1_000; takes++) await hold(1_100);
      expect(held.size).toBe(1_000);
      // on a busy machine some come again meanwhile, but no others
      await hold(10);
      expect(held.size).toBe(1_000);
      for (const delivery of held.values()) delivery.ack();
      for (let takes = 0; takes < 20 && held.size < 1_005; takes++) await hold(10);
      expect(held.size).toBe(1_005);
      for (const delivery of held.values()) delivery.ack();
    });

    test('consume holds no more than it may and goes on as deliveries are settled', async () => {
      for (let i = 0; i < 40; i++) await dispatch('normal', `c${i}`);
      let held = 0;
      let most = 0;
      const seen: string[] = [];
      const consumption = await (
        await bus.queue('TASK', 'echo-normal')
      ).consume(
        (delivery) => {
          most = Math.max(most, ++held);
          seen.push(delivery.text());
          setTimeout(() => {
            held--;
            delivery.ack();
          }, 2);
        },
        { maxInFlight: 8 },
      );
      await eventually(() => seen.length === 40);
      expect(most).toBeLessThanOrEqual(8);
      expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => `c${i}`));
      await consumption.stop();
      await dispatch('normal', 'after');
      const after = await take(await bus.queue('TASK', 'echo-normal'));
      expect(after.text()).toBe('after');
      after.ack();
    });
  });

  describe('inputs', () => {
    test('are copied in the order of their source, to the partition of their flow, and known by their origin', async () => {
      const wanted = ['alpha', 'beta', 'gamma', 'delta', '0190-77', 'z'];
      const origins: unknown[] = [];
      for (const id of wanted) {
        origins.push(await bus.publishOnce('SUBMIT', subjects.submit('t', 'ann', id), id));
        origins.push(await bus.publishOnce('SUBMIT', subjects.signal('t', 'bob', id, 's1'), id));
        origins.push(await bus.publishOnce('RESULT', subjects.result('t', 'echo', id, 'a', 1), id));
      }
      const found = await eventually(async () => {
        const inputs = (await bus.read('INPUT', 'in.*.t.*.>')).filter((one) => wanted.includes(one.subject.split('.')[3]!));
        return inputs.length === 18 && inputs;
      });
      const subjectsOf = (id: string): string[] => found.filter((one) => one.subject.split('.')[3] === id).map((one) => one.subject);
      expect(subjectsOf('alpha').sort()).toEqual(['in.3.t.alpha.result.echo.a.1', 'in.3.t.alpha.signal.bob.s1', 'in.3.t.alpha.submit.ann']);
      expect(wanted.map((id) => subjectsOf(id)[0]!.split('.')[1])).toEqual(['3', '3', '2', '1', '0', '1']);
      const submits = found.filter((one) => one.header('Nats-Stream-Source')!.startsWith('SUBMIT '));
      const sequences = submits.map((one) => Number(one.header('Nats-Stream-Source')!.split(' ')[1]));
      expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
      expect(sequences).toContain((origins[0] as { sequence: number }).sequence);
      expect(found[0]!.header('Nats-Expected-Last-Subject-Sequence')).toBeUndefined();
    });

    test('are gone once they are acknowledged, and not before', async () => {
      const { delivery } = await input();
      expect(await bus.last('INPUT', delivery.subject)).toBeDefined();
      await delivery.ackConfirmed();
      await eventually(async () => (await bus.last('INPUT', delivery.subject)) === undefined);
    });
  });

  describe('timers', () => {
    const soon = (millis: number): Date => new Date(Date.now() + millis);

    test('come at their time, once, as an input too; armed twice is armed once', async () => {
      const id = flow();
      const [at, due] = [subjects.timerAt('t', id, 1), subjects.timerDue('t', id, 1)];
      const when = soon(700);
      expect((await bus.schedule(at, due, when, 'ring')).status).toBe('stored');
      expect((await bus.schedule(at, due, when, 'ring')).status).toBe('conflict');
      const fired = await eventually(() => bus.last('TIMER', due));
      expect(fired.text()).toBe('ring');
      expect(fired.time.getTime()).toBeGreaterThanOrEqual(when.getTime() - 5);
      await eventually(async () => (await bus.read('INPUT', `in.*.t.${id}.timer.1`)).length === 1);
      await eventually(async () => (await bus.last('TIMER', at)) === undefined);
    });

    test('one that fires takes its whole subject with it: what was armed there since is lost', async () => {
      const id = flow();
      const [at, due] = [subjects.timerAt('t', id, 1), subjects.timerDue('t', id, 1)];
      await bus.schedule(at, due, soon(100), '1');
      await eventually(async () => (await bus.last('TIMER', due)) !== undefined);
      await eventually(async () => (await bus.read('TIMER', at)).length === 0);
      // its subject is free again, and a timer on it fires again
      expect((await bus.schedule(at, due, soon(100), '2')).status).toBe('stored');
      await eventually(async () => (await bus.last('TIMER', due))?.text() === '2');
    });

    test('a newer one on the subject takes the place of the older', async () => {
      const id = flow();
      const [at, due] = [subjects.timerAt('t', id, 1), subjects.timerDue('t', id, 1)];
      const arm = (millis: number, body: string) =>
        bus.publish(at, body, { headers: { 'Nats-Schedule': `@at ${soon(millis).toISOString()}`, 'Nats-Schedule-Target': due } });
      await arm(700, 'near');
      await arm(1_000, 'far');
      const fired = await eventually(() => bus.last('TIMER', due));
      expect(fired.text()).toBe('far');
    });

    test('purged, they do not come; past times come at once', async () => {
      const [gone, past] = [flow(), flow()];
      await bus.schedule(subjects.timerAt('t', gone, 1), subjects.timerDue('t', gone, 1), soon(700), 'x');
      expect(await bus.purge('TIMER', subjects.timerAt('t', gone, '*'))).toBe(1);
      await bus.schedule(subjects.timerAt('t', past, 1), subjects.timerDue('t', past, 1), soon(-5_000), 'x');
      await eventually(() => bus.last('TIMER', subjects.timerDue('t', past, 1)));
      const later = flow();
      await bus.schedule(subjects.timerAt('t', later, 1), subjects.timerDue('t', later, 1), soon(800), 'x');
      await eventually(() => bus.last('TIMER', subjects.timerDue('t', later, 1)));
      expect(await bus.last('TIMER', subjects.timerDue('t', gone, 1))).toBeUndefined();
    });
  });

  describe('buckets', () => {
    test('keep, compare, delete, list and tell in the order of the writes', async () => {
      const bucket = bus.bucket('QUOTAS');
      const heard: [string, string, boolean][] = [];
      const watch = await bucket.watch('a.>', (entry) => heard.push([entry.key, entry.text(), entry.deleted]));
      const first = await bucket.put('a.x', '1', { expect: 0 });
      expect(await bucket.put('a.x', '2', { expect: 0 })).toEqual({ status: 'conflict' });
      expect((await bucket.get('a.x'))?.revision).toBe((first as { sequence: number }).sequence);
      await bucket.put('a.y', '2');
      expect((await bucket.entries('a.*')).map(({ key }) => key)).toEqual(['a.x', 'a.y']);
      await bucket.delete('a.x');
      expect(await bucket.get('a.x')).toBeUndefined();
      expect(await bucket.put('a.x', '3', { expect: 0 })).toEqual({ status: 'conflict' });
      await eventually(() => heard.length === 3);
      expect(heard).toEqual([
        ['a.x', '1', false],
        ['a.y', '2', false],
        ['a.x', '', true],
      ]);
      await watch.stop();
      await bucket.put('a.y', 'unheard');
      expect(heard).toHaveLength(3);
    });

    test('a write has the same revision to who hears it, reads it and made it; deletions too', async () => {
      const bucket = bus.bucket('QUOTAS');
      const heard: BucketEvent[] = [];
      const watch = await bucket.watch('r.>', (event) => heard.push(event));
      const made: unknown[] = [];
      for (const key of ['r.x', 'r.y']) made.push(await bucket.put(key, key));
      made.push(await bucket.delete('r.x'), await bucket.put('r.y', 'again'));
      await eventually(() => heard.length === 4);
      expect(heard.map(({ revision }) => ({ status: 'stored', sequence: revision }))).toEqual(made);
      const plain = ({ key, revision, deleted, value, text }: BucketEvent): unknown => [key, revision, deleted, value.length, text()];
      expect((await bucket.writes('r.>')).map(plain)).toEqual(heard.slice(2).map(plain));
      expect(heard.slice(2).map(({ key, deleted, text }) => [key, deleted, text()])).toEqual([
        ['r.x', true, ''],
        ['r.y', false, 'again'],
      ]);
      await watch.stop();
    });

    test('what is republished says of itself what the stream knows', async () => {
      const heard: (string | undefined)[][] = [];
      const key = subjects.kvKey('QUOTAS', 's');
      const names = ['Nats-Stream', 'Nats-Subject', 'Nats-Sequence', 'Nats-Time-Stamp'];
      const subscription = await bus.subscribe(subjects.kvFeed('QUOTAS', 's'), (live) =>
        heard.push(names.map((name) => live.header(name))),
      );
      await bus.publish(key, 'x', { headers: { traceparent: 'y' } });
      await eventually(() => heard.length === 1);
      const { sequence, time } = (await bus.last('KV_QUOTAS', key))!;
      const [stream, subject, revision, at] = heard[0]!;
      expect([stream, subject, revision, Date.parse(at!)]).toEqual(['KV_QUOTAS', key, String(sequence), time.getTime()]);
      await subscription.stop();
      const told: string[] = [];
      const feed = await bus.subscribe(subjects.progressFeed('t', '*', '*', '*'), (live) => told.push(live.subject));
      const id = flow();
      await bus.publish(subjects.progress('t', 'echo', id, 'a'), 'x');
      await eventually(() => told.length === 1);
      expect(told).toEqual([subjects.progressFeed('t', 'echo', id, 'a')]);
      await feed.stop();
    });

    test('an entry with a time to live ends by itself, and its key is free', async () => {
      const key = subjects.kvKey('QUOTAS', 'mortal');
      await bus.publish(key, 'x', { expect: 0, headers: { 'Nats-TTL': '1s' } });
      expect((await bus.bucket('QUOTAS').get('mortal'))?.text()).toBe('x');
      await eventually(async () => (await bus.bucket('QUOTAS').get('mortal')) === undefined);
      expect((await bus.bucket('QUOTAS').put('mortal', 'y', { expect: 0 })).status).toBe('stored');
    });
  });

  describe('live', () => {
    test('what is published after subscribing is heard, in order, also where it is stored', async () => {
      const heard: string[] = [];
      const id = flow();
      const subscription = await other.subscribe(subjects.outcome('t', 'ann', '*'), (message) => heard.push(message.text()));
      await bus.publish(subjects.outcome('t', 'ann', id), '1');
      bus.emit(subjects.outcome('t', 'ann', id), '2');
      await eventually(() => heard.length === 2);
      expect(heard).toEqual(['1', '2']);
      await eventually(async () => (await bus.read('FLOW', subjects.outcome('t', 'ann', id))).length === 2);
      await subscription.stop();
    });

    test('one of a group hears each', async () => {
      const heard: string[] = [];
      const hear = (message: { text(): string }): void => void heard.push(message.text());
      const groups = [await bus.subscribe('wgm.test.*', hear, { queue: 'g' }), await other.subscribe('wgm.test.*', hear, { queue: 'g' })];
      for (let i = 0; i < 6; i++) bus.emit('wgm.test.a', String(i));
      await eventually(() => heard.length >= 6);
      expect(heard.sort()).toEqual(['0', '1', '2', '3', '4', '5']);
      for (const one of groups) await one.stop();
    });

    test('a question is answered, or not in time', async () => {
      const subscription = await bus.subscribe('wgm.svc.x.echo.*', (message) => message.respond(`you said ${message.text()}`));
      expect((await other.request('wgm.svc.x.echo.me', 'hi')).text()).toBe('you said hi');
      await subscription.stop();
      await expect(other.request('wgm.svc.x.echo.me', 'hi', { timeout: 100 })).rejects.toMatchObject({ code: 'BUS_TIMEOUT' });
    });

    test('blobs are found by their hash, and checked', async () => {
      const content = Buffer.alloc(600 * 1024, 'waggle');
      const handle = await bus.blobs.put('t', content, 'text/plain');
      expect(handle.chunks).toBe(2);
      expect(Buffer.compare(await other.blobs.get('t', handle), content)).toBe(0);
      await bus.publish(subjects.blob('t', handle.writer, handle.sha256, 1), 'forged');
      await expect(other.blobs.get('t', handle)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
    });

    test('is ready', () => {
      expect(bus.health).toEqual({ ready: true, reasons: [], violations: 0 });
    });
  });
});
