import { WaggleError } from '@waggle/protocol';
import { testBroker, type TestBroker } from '@waggle/testkit';
import { agentManifest } from './permissions/factories.js';
import type { Manifest } from './permissions/manifest.js';
import { ask, serve } from './serve.js';

const registry: Manifest = { name: 'registry', kind: 'core', serves: ['find', 'refuse', 'break'] };
const operator: Manifest = { name: 'operator', kind: 'core', discovers: true };
const echo = agentManifest('echo', { calls: ['registry.find', 'registry.refuse', 'registry.break'] });

describe('questions to services', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await testBroker({ secure: true, manifests: [registry, operator, echo] });
  }, 30_000);

  test('are answered with the asker known, or with problems, and the service can be found', async () => {
    const [served, asker, finder] = await Promise.all([broker.busFor(registry), broker.busFor(echo), broker.busFor(operator)]);
    const errors: unknown[] = [];
    const serving = await serve(served, {
      version: '1.2.3',
      onError: (error) => errors.push(error),
      endpoints: {
        find: (body, from) => ({ asked: JSON.parse(Buffer.from(body).toString()) as unknown, from }),
        refuse: () => Promise.reject(new WaggleError('INVALID_INPUT', 'no skill given', { path: 'skill' })),
        break: () => {
          throw new Error('secret detail');
        },
      },
    });
    expect(await ask(asker, { service: 'registry', endpoint: 'find' }, { skill: 'x' })).toEqual({ asked: { skill: 'x' }, from: 'echo' });
    await expect(ask(asker, { service: 'registry', endpoint: 'refuse' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      problems: [{ path: 'skill' }],
    });
    await expect(ask(asker, { service: 'registry', endpoint: 'break' })).rejects.toMatchObject({
      code: 'INTERNAL',
      message: 'The question could not be answered.',
    });
    expect(errors).toHaveLength(1);
    expect((await finder.request('$SRV.PING', '')).json()).toMatchObject({ name: 'registry', version: '1.2.3' });
    const stats = (await finder.request('$SRV.STATS', '')).json<{
      endpoints: { name: string; num_requests: number; num_errors: number }[];
    }>();
    expect(stats.endpoints.find(({ name }) => name === 'refuse')).toMatchObject({ num_requests: 1, num_errors: 1 });
    await serving.stop();
    await expect(ask(asker, { service: 'registry', endpoint: 'find', timeout: 200 })).rejects.toMatchObject({ code: 'BUS_TIMEOUT' });
  });
});
