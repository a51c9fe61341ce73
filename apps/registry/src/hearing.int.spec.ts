import { agentManifest, type Bus } from '@waggle/bus';
import { Log } from '@waggle/service';
import { eventually, testBroker, type TestBroker } from '@waggle/testkit';
import { Hearing } from './hearing.js';
import type { Instance } from './domain/roster.js';
import { manifest } from './registry.manifest.js';
import { TestInstance } from './testing/instance.js';

const LATER = 60_000;

/** The broker as it is when its clock has gone on. */
const later = (bus: Bus): Bus => {
  const figures: Bus['figures'] = async (stream) => {
    const now = await bus.figures(stream);
    return { ...now, time: new Date(now.time.getTime() + LATER) };
  };
  return new Proxy(bus, {
    get: (target, name) => {
      if (name === 'figures') return figures;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
};

describe('a registry that starts long after the agents', () => {
  let broker: TestBroker;
  let hearing: Hearing;
  const known = (id: string): Instance | undefined => [...hearing.roster.all()].find(({ instance }) => instance === id);

  beforeAll(async () => {
    broker = await testBroker({ secure: true, manifests: [manifest, agentManifest('worker')] });
  });
  afterEach(() => hearing.stop());

  const start = async (bus: Bus): Promise<void> => {
    hearing = new Hearing(bus, { debug: () => undefined, warn: () => undefined } as unknown as Log);
    await hearing.start();
  };

  it('knows the skills of who still beats, however old its card is', async () => {
    const instance = new TestInstance(await broker.busFor('worker'));
    await instance.join(['work.hard']);
    await start(later(await broker.busFor('registry')));
    expect(known(instance.id)).toBeUndefined();
    await instance.beat();
    const { card } = await eventually(() => {
      const found = known(instance.id);
      return found?.card !== undefined && found;
    });
    expect(card!.skills.map(({ id }) => id)).toEqual(['work.hard']);
  });

  it('knows at once who has beaten just now', async () => {
    const instance = new TestInstance(await broker.busFor('worker'));
    await instance.join(['work.on']);
    await start(await broker.busFor('registry'));
    expect(known(instance.id)!.card!.skills.map(({ id }) => id)).toEqual(['work.on']);
  });
});
