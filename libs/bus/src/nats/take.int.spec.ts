import { subjects, taskConsumer } from '@waggle/protocol';
import { testBroker, type TestBroker } from '@waggle/testkit';
import { agentManifest, type Bus } from '../index.js';
import { slowWay } from '../../test/slow-way.js';

jest.setTimeout(60_000);

const WORKER = agentManifest('worker');
const COORDINATOR = { name: 'coordinator', kind: 'core', publishes: ['task'] } as const;

describe('a take', () => {
  it('waits for all that the broker has begun to send, on a slow way too: nothing goes back', async () => {
    const broker = await testBroker({ secure: true, manifests: [COORDINATOR, WORKER] });
    const coordinator = await broker.busFor(COORDINATOR);
    const worker = await broker.busFor(WORKER, { servers: await slowWay(broker.port, 25) });
    const queue = await worker.queue('TASK', taskConsumer('worker', 'normal'));
    /** How often each of two tasks had been handed out that one take brought; those it missed are settled too. */
    const taken = async (flowId: string): Promise<number[]> => {
      for (const id of ['a', 'b'])
        await coordinator.publishOnce('TASK', subjects.task('default', 'worker', 'normal', flowId, id, 1), Buffer.alloc(500_000));
      const first = await queue.take(2, { wait: 5_000 });
      for (let settled = first; settled.length > 0; settled = await queue.take(2)) for (const delivery of settled) delivery.ack();
      return first.map(({ deliveries }) => deliveries);
    };
    // a broker that stands still for half a second is waited for no longer: not every time
    const times: number[][] = [];
    while (times.length < 3 && times.at(-1)?.length !== 2) times.push(await taken(`f${times.length}`));
    expect(times.at(-1)).toEqual([1, 1]);
  });
});

describe('a waiting take that is called off', () => {
  let coordinator: Bus;
  let worker: Bus;
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await testBroker({ secure: true, manifests: [COORDINATOR, WORKER] });
    coordinator = await broker.busFor(COORDINATOR);
    worker = await broker.busFor(WORKER);
  });
  const publish = (n: number): Promise<unknown> =>
    coordinator.publishOnce('TASK', subjects.task('default', 'worker', 'normal', `f${n}`, 't', 1), '{}');

  it('swallows nothing: of 300 messages published just then none comes later than 2 s', async () => {
    const queue = await worker.queue('TASK', taskConsumer('worker', 'normal'));
    const late: number[] = [];
    for (let n = 0; n < 300; n++) {
      const stop = new AbortController();
      const taking = queue.take(1, { wait: 20_000, signal: stop.signal });
      // answered after the pull was taken: the same connection
      await worker.last('TASK', subjects.task('default', 'worker', 'normal', 'none', 't', 1));
      const since = performance.now();
      const published = publish(n);
      // from before the broker has it to after it has handed it out
      const until = performance.now() + (n % 30) / 25;
      while (performance.now() < until) await new Promise(setImmediate);
      stop.abort();
      let [delivery] = await taking;
      while (delivery === undefined) [delivery] = await queue.take(1, { wait: 5_000 });
      expect(delivery.subject).toContain(`.f${n}.`);
      expect(await delivery.ackConfirmed()).toBe(true);
      await published;
      const took = performance.now() - since;
      if (took > 2_000) late.push(took);
    }
    expect(late).toEqual([]);
  });

  it('gives what its pull still brings to another at once, and keeps later takes to what they asked for', async () => {
    const queue = await worker.queue('TASK', taskConsumer('worker', 'normal'));
    const stop = new AbortController();
    const taking = queue.take(8, { wait: 20_000, signal: stop.signal });
    await worker.last('TASK', subjects.task('default', 'worker', 'normal', 'none', 't', 1));
    stop.abort();
    expect(await taking).toEqual([]);
    // goes on with the same pull, which lasts 20 s, and gives up in its own time
    const since = performance.now();
    expect(await queue.take(1, { wait: 50 })).toEqual([]);
    expect(await queue.take(1, { wait: 0 })).toEqual([]);
    expect(performance.now() - since).toBeLessThan(10_000);
    for (let n = 1_000; n < 1_008; n++) await publish(n);
    const other = await broker.busFor(WORKER);
    const otherQueue = await other.queue('TASK', taskConsumer('worker', 'normal'));
    const got = new Set<string>();
    // what were lost would come again after its ack wait, 30 s
    const asked = performance.now();
    while (got.size < 8) {
      for (const delivery of await otherQueue.take(8 - got.size, { wait: 5_000 })) {
        got.add(delivery.subject);
        delivery.ack();
      }
      expect(performance.now() - asked).toBeLessThan(15_000);
    }
  });
});
