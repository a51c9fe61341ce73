import { inputConsumer, subjects } from '@waggle/protocol';
import { eventually, testBroker, type TestBroker } from '@waggle/testkit';
import { provision } from '../topology/provision.js';
import type { Bus, Delivery } from '../port.js';
import { rawClient, type RawClient } from '../../test/raw-client.js';

const PARTITIONS = 2;

describe('seen to fail here: the input queue', () => {
  let broker: TestBroker;
  let bus: Bus;
  let raw: RawClient;

  beforeAll(async () => {
    broker = await testBroker({ partitions: PARTITIONS });
    [bus, raw] = await Promise.all([broker.busFor('coordinator'), rawClient(broker.url)]);
  }, 30_000);

  const held = async (): Promise<number> => (await raw.jsm.streams.info('INPUT')).state.messages;
  const makeAgain = (): Promise<void> => provision({ servers: broker.url, trusted: true, manifests: [], partitions: PARTITIONS });
  const drain = async (handler: (delivery: Delivery) => void): Promise<() => Promise<void>> => {
    const queues = await Promise.all(Array.from({ length: PARTITIONS }, (_, p) => bus.queue('INPUT', inputConsumer(p))));
    const consumptions = await Promise.all(queues.map((queue) => queue.consume(handler, { maxInFlight: 100 })));
    return async () => void (await Promise.all(consumptions.map((consumption) => consumption.stop())));
  };

  test('one stuck input pins no other: what is acknowledged is gone', async () => {
    let stuck: Delivery | undefined;
    const seen = new Set<string>();
    const stop = await drain((delivery) => {
      seen.add(delivery.subject);
      stuck ??= delivery;
      if (delivery.sequence === stuck.sequence) delivery.working();
      else delivery.ack();
    });
    await Promise.all(Array.from({ length: 300 }, (_, i) => bus.publishOnce('SUBMIT', subjects.submit('t', 'ann', `stuck${i}`), '{}')));
    await eventually(async () => seen.size === 300 && (await held()) === 1);
    stuck!.ack();
    await eventually(async () => (await held()) === 0);
    await stop();
  });

  test('first wins on it would stop its source at the first repeat; as it is, repeats pass', async () => {
    await raw.jsm.streams.add({ name: 'SOURCE', subjects: ['source.*'] });
    await raw.jsm.streams.add({
      name: 'BLOCKED',
      sources: [{ name: 'SOURCE' }],
      max_msgs_per_subject: 1,
      discard: 'new',
      discard_new_per_subject: true,
    });
    for (const subject of ['source.a', 'source.a', 'source.b']) await raw.js.publish(subject, 'x');
    await eventually(async () => (await raw.jsm.streams.info('BLOCKED')).state.messages === 1);
    const event = subjects.event('t', 'github', 'push');
    // by where it came from: what is not acknowledged within a second comes again
    const seen = new Map<number, string>();
    const stop = await drain((delivery) => {
      if (delivery.subject.includes('.event.')) seen.set(delivery.origin!.sequence, delivery.text());
      delivery.ack();
    });
    for (const body of ['1', '1', '2']) await bus.publish(event, body);
    await eventually(() => seen.size === 3);
    expect([...seen.values()]).toEqual(['1', '1', '2']);
    await raw.js.publish('source.c', 'x');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await raw.jsm.streams.info('BLOCKED')).state.messages).toBe(1);
    await stop();
  });

  test('an input keeps the identity of its source, in the order of its source', async () => {
    const origins: { stream: string; sequence: number }[] = [];
    const stop = await drain((delivery) => {
      if (delivery.subject.includes('.order.') && delivery.deliveries === 1) origins.push(delivery.origin!);
      delivery.ack();
    });
    const stored: unknown[] = [await bus.publishOnce('SUBMIT', subjects.submit('t', 'ann', 'order'), '{}')];
    for (let i = 0; i < 20; i++) stored.push(await bus.publishOnce('SUBMIT', subjects.signal('t', 'ann', 'order', `s${i}`), '{}'));
    await eventually(() => origins.length === 21);
    expect(origins).toEqual(stored.map((one) => ({ stream: 'SUBMIT', sequence: (one as { sequence: number }).sequence })));
    await stop();
  });

  test('made again, it copies all its sources again; provisioning again makes nothing again', async () => {
    const stored = 300;
    await Promise.all(Array.from({ length: stored }, (_, i) => bus.publishOnce('SUBMIT', subjects.submit('t', 'ann', `again${i}`), '{}')));
    const seen = new Set<string>();
    const stop = await drain((delivery) => {
      if (delivery.subject.includes('.again')) seen.add(delivery.subject);
      delivery.ack();
    });
    await eventually(async () => seen.size === stored && (await held()) === 0);
    await stop();
    const input = async () => {
      const { created, config } = await raw.jsm.streams.info('INPUT');
      return { created, config };
    };
    const made = await input();
    await makeAgain();
    expect(await held()).toBe(0);
    expect(await input()).toEqual(made);
    // what it holds then says nothing: a broker that starts may copy again by itself (docs/adr/0013)
    await broker.restart();
    raw = await rawClient(broker.url);
    await makeAgain();
    expect(await input()).toEqual(made);
    await raw.jsm.streams.delete('INPUT');
    await makeAgain();
    await eventually(async () => (await held()) >= stored);
    expect((await input()).created).not.toEqual(made.created);
  }, 30_000);
});
