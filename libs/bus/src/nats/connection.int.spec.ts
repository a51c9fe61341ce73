import { testBroker } from '@waggle/testkit';
import { slowWay } from '../../test/slow-way.js';

test('joins though signing in takes longer than a dial is given at first', async () => {
  const broker = await testBroker({ provision: false });
  // two answers: the broker's first words, and that it has taken what it was told
  const bus = await broker.busFor('patient', { servers: await slowWay(broker.port, 1_300) });
  expect(bus.health.ready).toBe(true);
});
