import { subjects } from '@waggle/protocol';
import { eventually, testBroker, type TestBroker } from '@waggle/testkit';
import { agentManifest } from '../permissions/factories.js';
import type { Bus, Delivery, Queue } from '../port.js';
import { rawClient, type RawClient } from '../../test/raw-client.js';

const numbersOf = (delivery: Delivery, consumer: string) => ({
  stream: 'TASK' as const,
  consumer,
  streamSequence: delivery.sequence,
  consumerSequence: delivery.consumerSequence,
  deliveries: delivery.deliveries,
});

describe('seen to fail here: redelivery', () => {
  let broker: TestBroker;
  let bus: Bus;
  let other: Bus;
  let raw: RawClient;
  let n = 0;

  beforeAll(async () => {
    broker = await testBroker({ manifests: ['a', 'b', 'c', 'd', 'e', 'g'].map((name) => agentManifest(name)) });
    [bus, other, raw] = await Promise.all([broker.busFor('worker'), broker.busFor('other'), rawClient(broker.url)]);
  }, 30_000);

  const dispatch = async (agent: string, count = 1): Promise<void> => {
    for (let i = 0; i < count; i++) await bus.publishOnce('TASK', subjects.task('t', agent, 'normal', 'f', `t${n++}`, 1), String(i));
  };
  const takeOne = async (queue: Queue): Promise<Delivery> => {
    const [delivery] = await queue.take(1, { wait: 10_000 });
    if (!delivery) throw new Error('nothing was delivered');
    return delivery;
  };
  const unsettled = async (consumer: string): Promise<number> => (await raw.jsm.consumers.info('TASK', consumer)).num_ack_pending;

  test('handing back raises the delivery count, and a second NAK of the same delivery gives running work to another', async () => {
    await dispatch('a');
    const queue = await bus.queue('TASK', 'a-normal');
    const first = await takeOne(queue);
    other.handBack(numbersOf(first, 'a-normal'));
    const second = await takeOne(queue);
    expect(second).toMatchObject({ sequence: first.sequence, deliveries: 2 });
    // `second` is at work now; a second registry hands back the delivery it still sees in the dead one's beat
    other.handBack(numbersOf(first, 'a-normal'));
    const third = await takeOne(queue);
    expect(third).toMatchObject({ sequence: first.sequence, deliveries: 3 });
    third.ack();
  });

  test('the late ack of one who no longer holds a delivery is accepted: an ack is no fence', async () => {
    await dispatch('b');
    const queue = await bus.queue('TASK', 'b-normal');
    const zombie = await takeOne(queue);
    other.handBack(numbersOf(zombie, 'b-normal'));
    await takeOne(queue);
    expect(await zombie.ackConfirmed()).toBe(true);
    expect(await unsettled('b-normal')).toBe(0);
  });

  test('max_messages of the client bounds no work; take asks for just as many as there are slots', async () => {
    await dispatch('c', 40);
    let ran = 0;
    const stock = await (await raw.js.consumers.get('TASK', 'c-normal')).consume({ max_messages: 4, callback: () => void ran++ });
    await eventually(() => ran > 20);
    await stock.close();
    await dispatch('d', 40);
    const queue = await bus.queue('TASK', 'd-normal');
    const taken = await queue.take(4, { wait: 1_000 });
    expect(taken).toHaveLength(4);
    await raw.nc.flush();
    expect(await unsettled('d-normal')).toBe(4);
    for (const delivery of taken) delivery.ack();
  });

  test('consume holds no more than it may, and tops up as deliveries are settled', async () => {
    await dispatch('e', 200);
    const held: Delivery[] = [];
    let seen = 0;
    let most = 0;
    const consumption = await (
      await bus.queue('TASK', 'e-normal')
    ).consume(
      (delivery) => {
        seen++;
        held.push(delivery);
        most = Math.max(most, held.length);
        setImmediate(() => held.shift()!.ack());
      },
      { maxInFlight: 8 },
    );
    await eventually(() => seen === 200);
    expect(most).toBeLessThanOrEqual(8);
    await consumption.stop();
    await eventually(async () => (await unsettled('e-normal')) === 0);
  });

  test('what arrives for a take that was called off is not lost until its ack wait', async () => {
    const [mine, theirs] = await Promise.all([bus.queue('TASK', 'g-normal'), other.queue('TASK', 'g-normal')]);
    for (let round = 0; round < 20; round++) {
      const calledOff = new AbortController();
      const taking = mine.take(1, { wait: 5_000, signal: calledOff.signal });
      const stored = dispatch('g');
      // sooner or later than the broker's delivery, from round to round
      if (round % 2) await stored;
      calledOff.abort();
      const mineGot = await taking;
      await stored;
      const [got] = mineGot.length > 0 ? mineGot : [await takeOne(theirs)];
      got!.ack();
    }
    await eventually(async () => (await unsettled('g-normal')) === 0);
  }, 20_000);
});
