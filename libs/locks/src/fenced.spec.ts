import { ModelBroker, ModelBus } from '@waggle/testkit';
import { Fenced } from './fenced.js';

/** Milliseconds. */
const LAG = 300;

it('a write under a fence finds its place, though the replica that is read lags behind', async () => {
  const broker = new ModelBroker();
  const place = { bucket: 'MEMORY', key: 't.s.k' } as const;
  const before = new Fenced(new ModelBus(broker, 'before'), place, 1);
  await before.write('one');
  const until = performance.now() + LAG;
  const bus = new ModelBus(broker, 'lags', { staleness: () => (performance.now() < until ? 0 : Infinity) });
  const fenced = new Fenced(bus, place, 2);
  expect(await fenced.update((value) => `${value?.text()} two`)).toBeGreaterThan(1);
  expect((await fenced.read())?.text()).toBe('one two');
});
