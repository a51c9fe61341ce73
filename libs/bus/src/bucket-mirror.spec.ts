import { subjects } from '@waggle/protocol';
import { eventually, ModelBroker, ModelBus, type Cargo, type Network } from '@waggle/testkit';
import { BucketMirror } from './bucket-mirror.js';

/** All but intervals. */
const REAL = [
  ...(['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const),
  ...(['setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] as const),
];

/** Keeps what the test says until it says to let go. */
class HeldNetwork implements Network {
  private readonly kept: (() => void)[] = [];
  deaf = false;
  holds = false;

  get waiting(): number {
    return this.kept.length;
  }

  toBroker(_cargo: Cargo, work: () => void): void {
    setImmediate(work);
  }

  toClient(cargo: Cargo, work: () => void): void {
    if (cargo === 'live' && this.deaf) return;
    if (cargo === 'answer' && this.holds) this.kept.push(work);
    else setImmediate(work);
  }

  letGo(): void {
    for (const work of this.kept.splice(0)) work();
  }
}

describe('a mirror of a bucket', () => {
  afterEach(() => jest.useRealTimers());

  const rig = async (staleness?: () => number) => {
    const broker = new ModelBroker();
    const network = new HeldNetwork();
    const bus = new ModelBus(broker, 'coordinator', { network, staleness });
    const quotas = new ModelBus(broker, 'see').bucket('QUOTAS');
    await quotas.put('x', '1');
    await quotas.put('gone', '1');
    const warned: string[] = [];
    const states: Record<string, number>[] = [];
    const mirror = new BucketMirror<number>(bus, 'QUOTAS', {
      read: (entry) => entry.json<number>(),
      changed: () => states.push(seen()),
      log: { warn: (message) => void warned.push(message) },
    });
    const seen = (): Record<string, number> => Object.fromEntries([...mirror.keys()].map((key) => [key, mirror.get(key)!]));
    /** The connection breaks and is back; what was said meanwhile is lost. */
    const broken = async (meanwhile: () => Promise<unknown>): Promise<void> => {
      bus.disconnect();
      network.deaf = true;
      await meanwhile();
      await new Promise(setImmediate);
      network.deaf = false;
      bus.reconnect();
    };
    return { broker, network, bus, quotas, mirror, states, warned, seen, broken };
  };

  it('begins with what the leader has, though a replica knows nothing of it, and goes on with what it hears', async () => {
    const { mirror, quotas, seen } = await rig(() => 0);
    await quotas.delete('gone');
    await mirror.start();
    expect(seen()).toEqual({ x: 1 });
    await quotas.put('y', '2');
    await quotas.delete('x');
    await eventually(() => mirror.get('y') === 2 && mirror.get('x') === undefined);
    await mirror.stop();
  });

  it('finds what it never heard, though its connection stood', async () => {
    jest.useFakeTimers({ doNotFake: [...REAL] });
    const { mirror, network, quotas, seen } = await rig();
    await mirror.start();
    network.deaf = true;
    await quotas.put('x', '2');
    await quotas.delete('gone');
    await new Promise(setImmediate);
    expect(seen()).toEqual({ x: 1, gone: 1 });
    jest.advanceTimersByTime(60_000);
    await eventually(() => mirror.get('x') === 2 && mirror.get('gone') === undefined);
    await mirror.stop();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not step back to a reading that is older than what was heard, nor bring back what was deleted', async () => {
    const { mirror, network, quotas, states, broken } = await rig();
    await mirror.start();
    states.length = 0;
    network.holds = true;
    await broken(async () => undefined);
    await eventually(() => network.waiting === 1);
    network.letGo();
    // the leader has said that nothing came after: an answer that is still on its way
    await eventually(() => network.waiting === 1);
    await quotas.put('x', '2');
    await quotas.delete('gone');
    await quotas.put('new', '1');
    await eventually(() => states.length === 3);
    network.holds = false;
    network.letGo();
    await quotas.put('end', '1');
    await eventually(() => mirror.get('end'));
    expect(states).toEqual([{ x: 2, gone: 1 }, { x: 2 }, { x: 2, new: 1 }, { x: 2, new: 1, end: 1 }]);
    await mirror.stop();
  });

  it('learns after a break what it did not hear, deletions too', async () => {
    const { mirror, quotas, seen, broken } = await rig();
    await mirror.start();
    await broken(async () => {
      await quotas.put('x', '2');
      await quotas.delete('gone');
      await quotas.put('y', '3');
    });
    await eventually(() => mirror.get('y'));
    expect(seen()).toEqual({ x: 2, y: 3 });
    await mirror.stop();
  });

  it('reads again until it can', async () => {
    const { mirror, broker, quotas, seen, warned, broken } = await rig();
    await mirror.start();
    const stream = broker.streams.get('KV_QUOTAS')!;
    await broken(async () => {
      await quotas.put('x', '2');
      broker.streams.delete('KV_QUOTAS');
    });
    await eventually(() => warned.length === 2);
    broker.streams.set('KV_QUOTAS', stream);
    await eventually(() => mirror.get('x') === 2);
    expect(seen()).toEqual({ x: 2, gone: 1 });
    await mirror.stop();
  });

  it('does not begin without a reading', async () => {
    const { mirror, broker } = await rig();
    broker.streams.delete('KV_QUOTAS');
    await expect(mirror.start()).rejects.toMatchObject({ code: 'NOT_PROVISIONED' });
  });

  it('believes the broker in the end: what was told and is not stored goes, though it looked newer', async () => {
    const { mirror, broker, seen, broken } = await rig();
    await mirror.start();
    const forge = (key: string): unknown =>
      broker.publish(subjects.kvFeed('QUOTAS', key), Buffer.from('9'), { 'Nats-Sequence': String(Number.MAX_SAFE_INTEGER) });
    forge('x');
    forge('never');
    broker.publish(subjects.kvFeed('QUOTAS', 'unnumbered'), Buffer.from('9'));
    await eventually(() => mirror.get('never'));
    expect(seen()).toEqual({ x: 9, gone: 1, never: 9 });
    await broken(async () => undefined);
    await eventually(() => mirror.get('x') === 1);
    expect(seen()).toEqual({ x: 1, gone: 1 });
    await mirror.stop();
  });

  it('asked for a key it has the answer of the leader, unless it heard something newer meanwhile', async () => {
    const { mirror, network, quotas } = await rig();
    await mirror.start();
    network.deaf = true;
    await quotas.put('x', '2');
    expect(await mirror.refresh('x')).toBe(2);
    await quotas.delete('gone');
    expect(await mirror.refresh('gone')).toBeUndefined();
    await new Promise(setImmediate);
    network.deaf = false;
    network.holds = true;
    const answer = mirror.refresh('gone');
    await eventually(() => network.waiting === 1);
    await quotas.put('gone', '5');
    await eventually(() => mirror.get('gone'));
    network.letGo();
    expect(await answer).toBe(5);
    await mirror.stop();
  });

  it('does not take for gone what a leader does not know that was just deposed', async () => {
    const { bus, quotas } = await rig();
    let deposed = 0;
    const inner = bus.bucket.bind(bus);
    jest.spyOn(bus, 'bucket').mockImplementation((name) => {
      const bucket = inner(name);
      const [get, writes] = [bucket.get.bind(bucket), bucket.writes.bind(bucket)];
      bucket.get = async (...given) => (deposed > 0 ? undefined : get(...given));
      bucket.writes = async (...given) => (deposed-- > 0 ? [] : writes(...given));
      return bucket;
    });
    const behind = new BucketMirror<number>(bus, 'QUOTAS', { read: (entry) => entry.json<number>(), log: { warn: () => undefined } });
    await behind.start();
    deposed = 2;
    expect(await behind.refresh('x')).toBe(1);
    await quotas.delete('x');
    deposed = 1;
    expect(await behind.refresh('x')).toBeUndefined();
    await behind.stop();
  });

  it('knows at once what it wrote; an entry that cannot be read is none', async () => {
    const { mirror, network, quotas, seen, warned } = await rig();
    await mirror.start();
    network.deaf = true;
    await mirror.put('own', '1');
    await mirror.delete('x');
    expect(seen()).toEqual({ gone: 1, own: 1 });
    expect(await quotas.get('x')).toBeUndefined();
    await mirror.put('own', 'no JSON');
    expect(seen()).toEqual({ gone: 1 });
    expect(warned).toHaveLength(1);
    await mirror.stop();
  });
});
