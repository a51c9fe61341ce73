import { eventually, testBroker } from '@waggle/testkit';

it('a connection that is closed while it is lost keeps nobody waiting', async () => {
  const broker = await testBroker({ provision: false });
  const bus = await broker.busFor('one');
  const heard = await bus.subscribe('heard', () => undefined);
  await broker.kill();
  await eventually(() => !bus.health.ready);
  const subscribing = bus.subscribe('more', () => undefined).catch((error: { code?: string }) => error.code);
  const stopping = heard.stop();
  await bus.close();
  await stopping;
  expect(await subscribing).toBe('BUS_UNREACHABLE');
});
