import type { Bus, Delivery } from '@waggle/bus';
import { inputConsumer, subjects } from '@waggle/protocol';
import { eventually, ModelBroker, ModelBus, testBroker } from './index.js';

interface Harness {
  bus: Bus;
  losePower: () => Promise<void>;
}

const server = async (): Promise<Harness> => {
  const broker = await testBroker({ partitions: 1, synced: true });
  return { bus: await broker.busFor('coordinator'), losePower: () => broker.losePower() };
};

const model = async (): Promise<Harness> => {
  const broker = new ModelBroker({ partitions: 1, synced: true });
  const bus = new ModelBus(broker, 'coordinator');
  const losePower = async (): Promise<void> => {
    broker.losePower({ upTo: 0, copiesAgain: false });
    bus.disconnect();
    bus.reconnect();
  };
  return { bus, losePower };
};

describe.each([
  ['nats-server that syncs each write', server],
  ['the model of it', model],
])('%s', (_name, make) => {
  it('has forgotten what INPUT held once it lost its power; the sequences are given to others, and consumers go on', async () => {
    const { bus, losePower } = await make();
    const submit = (id: string) => bus.publishOnce('SUBMIT', subjects.submit('t', 'ann', id), id);
    const came: Delivery[] = [];
    await (await bus.queue('INPUT', inputConsumer(0))).consume((delivery) => came.push(delivery), { maxInFlight: 10 });
    await submit('f1');
    await submit('f2');
    // each comes again every second, for nobody settles it
    const ofText = (text: string): Promise<Delivery> => eventually(() => came.find((one) => one.text() === text));
    const [first] = await Promise.all(['f1', 'f2'].map(ofText));
    expect(await bus.figures('INPUT')).toMatchObject({ messages: 2, lastSequence: 2, mayForget: true });
    await losePower();
    await eventually(() => bus.health.ready);
    expect(await bus.figures('INPUT')).toMatchObject({ messages: 0, lastSequence: 0 });
    expect(await bus.read('SUBMIT', '>')).toHaveLength(2);
    await submit('f3');
    const third = await ofText('f3');
    expect(third.sequence).toBe(first!.sequence);
    first!.ack();
    expect(await first!.ackConfirmed()).toBe(false);
    expect((await bus.last('INPUT', third.subject))?.text()).toBe('f3');
    expect(await third.ackConfirmed()).toBe(true);
    await eventually(async () => (await bus.figures('INPUT')).messages === 0);
  }, 30_000);
});
