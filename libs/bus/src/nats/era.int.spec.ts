import { inputConsumer, subjects } from '@waggle/protocol';
import { eventually, testBroker } from '@waggle/testkit';
import type { Delivery } from '../port.js';

describe('inputs of a connection that is over', () => {
  test('are settled by nobody, for their sequences may be those of others by now: they come again', async () => {
    const broker = await testBroker({ partitions: 1, synced: true });
    const bus = await broker.busFor('coordinator');
    const came: Delivery[] = [];
    const queue = await bus.queue('INPUT', inputConsumer(0));
    await queue.consume((delivery) => came.push(delivery), { maxInFlight: 1 });
    await bus.publishOnce('SUBMIT', subjects.submit('t', 'ann', 'f'), '{}');
    await eventually(() => came.length > 0);
    const [before] = came;
    // it comes every second
    const known = came.length;
    await broker.restart();
    await eventually(() => bus.health.ready);
    expect(await before!.ackConfirmed()).toBe(false);
    before!.ack();
    await eventually(() => came.length > known);
    expect((await bus.figures('INPUT')).messages).toBe(1);
    await eventually(async () => {
      const again = came.at(-1)!;
      expect(again.origin).toEqual(before!.origin);
      again.ack();
      return (await bus.figures('INPUT')).messages === 0;
    });
  }, 30_000);
});
