import type { Bus } from '@waggle/bus';
import { subjects, WaggleError } from '@waggle/protocol';
import type { Log } from '@waggle/service';
import { eventually, testBroker } from '@waggle/testkit';
import { DirectoryWriter } from './directory-writer.js';
import { Hearing } from './hearing.js';
import { TestInstance } from './testing/instance.js';

const EVENT = subjects.event('_', 'registry', 'skill-offered');

/** A bus by which the first so many events cannot be stored. */
const refusing = (bus: Bus, times: number): Bus => {
  let left = times;
  const publish: Bus['publish'] = (subject, ...given) =>
    subject === EVENT && left-- > 0 ? Promise.reject(new WaggleError('BUS_TIMEOUT', 'no answer')) : bus.publish(subject, ...given);
  return new Proxy(bus, {
    get: (target, name) => {
      if (name === 'publish') return publish;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
};

it('who waits for a skill is woken, though the word could not be stored when the entry was', async () => {
  const broker = await testBroker();
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined } as unknown as Log;
  const bus = refusing(await broker.busFor('registry'), 2);
  const hearing = new Hearing(bus, log);
  const writer = new DirectoryWriter(bus, hearing, log);
  await hearing.start();
  await writer.start();
  try {
    const instance = new TestInstance(await broker.busFor('worker'));
    await instance.join(['work.hard']);
    const see = await broker.busFor('see');
    await eventually(async () => (await see.read('EVENT', EVENT)).length > 0);
  } finally {
    await writer.stop();
    await hearing.stop();
  }
});
