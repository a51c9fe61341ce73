import { agentManifest, clientManifest, type Bus } from '@waggle/bus';
import { MemoryConflict, Resources, Sessions } from '@waggle/memory';
import { eventually, testBroker, type TestBroker } from '@waggle/testkit';
import { manifest } from './sessions.manifest.js';
import { ServiceProcess } from './testing/service-process.js';

jest.setTimeout(120_000);

const ROUNDS = 6;

describe('sessions, with the service and the broker killed all the time', () => {
  let broker: TestBroker;
  let services: ServiceProcess[];
  let bus: Bus;
  let sessions: Sessions;
  let resources: Resources;
  beforeAll(async () => {
    broker = await testBroker({ secure: true, manifests: [manifest, agentManifest('ada'), clientManifest('alice', 't1')] });
    services = [new ServiceProcess(broker), new ServiceProcess(broker)];
    bus = await broker.busFor('ada');
    sessions = new Sessions(bus, { tenant: 't1' });
    resources = new Resources(bus, { tenant: 't1' });
    await eventually(() => sessions.session('kill').memory.set('counter', 0), { timeout: 30_000 });
  });

  it('lose nothing that was acknowledged and do nothing twice', async () => {
    const { memory, channel } = ((session) => ({ memory: session.memory, channel: session.channel('log') }))(sessions.session('kill'));
    let running = true;
    const done = { counted: 0, merged: 0, turns: 0 };
    const sent: string[] = [];
    let holders = 0;
    const again = async (work: () => Promise<void>): Promise<void> => {
      while (running) await work();
    };
    const count = async (by: Sessions): Promise<void> => {
      const { memory } = by.session('kill');
      const now = (await memory.get<number>('counter').catch(() => undefined)) ?? undefined;
      if (now === undefined) return;
      try {
        await memory.set('counter', now.value! + 1, { expect: now.version });
        done.counted++;
      } catch (error) {
        if (!(error instanceof MemoryConflict)) throw error;
      }
    };
    const merge = async (): Promise<void> => {
      await memory.merge('merged', { [`m${done.merged}`]: 1 });
      done.merged++;
    };
    const send = async (who: string, n: { n: number }): Promise<void> => {
      const body = `${who}-${n.n++}`;
      await channel.send(body);
      sent.push(body);
    };
    const turn = async (): Promise<void> => {
      const grant = await resources.acquire('one-at-a-time');
      if (!grant.signal.aborted) {
        holders++;
        expect(holders).toBe(1);
        done.turns++;
        holders--;
      }
      await grant.release();
    };
    const point = sessions.session('kill').sync('all');
    await point.create({ expect: 4, timeout: 100_000 });
    const [a, b] = [{ n: 0 }, { n: 0 }];
    const others = [0, 1, 2].map(() => new Sessions(bus, { tenant: 't1' }));
    const work = [
      ...others.map((by) => again(() => count(by))),
      again(merge),
      again(() => send('a', a)),
      again(() => send('b', b)),
      again(turn),
      again(turn),
    ];
    for (let round = 0; round < ROUNDS; round++) {
      const before = sent.length;
      if (round % 3 === 2) {
        await broker.kill();
        await broker.restart();
      } else services[round % 2]!.kill();
      await point.arrive({ as: `p${round % 3}` });
      await eventually(() => sent.length > before + 5, { timeout: 30_000 });
    }
    running = false;
    await Promise.all(work);

    expect((await memory.forceSync('counter'))[0]!.value).toBe(done.counted);
    expect(Object.keys((await memory.forceSync('merged'))[0]!.value as object)).toHaveLength(done.merged);
    const said: unknown[] = [];
    for (let [after, more] = [0, true]; more;) {
      const page = await channel.read({ after, limit: 500 });
      said.push(...page.messages.map(({ body }) => body));
      after = page.messages.at(-1)?.sequence ?? after;
      more = page.more;
    }
    expect(said.sort()).toEqual(sent.sort());
    expect(Object.keys((await point.state())!.arrived)).toHaveLength(3);
    expect((await point.arrive({ as: 'p3' })).state).toBe('complete');
    for (const figure of Object.values(done)) expect(figure).toBeGreaterThan(5);
  });

  it('are gone back with whole when the service is killed on the way', async () => {
    const session = sessions.session('kill-back');
    const keys = Array.from({ length: 120 }, (_, i) => `k${i}`);
    await Promise.all(keys.map((key) => session.memory.set(key, 'then')));
    await session.checkpoint('then');
    await Promise.all(keys.map((key) => session.memory.set(key, 'now')));
    const rolling = session.rollBack('then');
    await eventually(async () => (await session.describe()).rollingBack !== undefined || (await session.describe()).rollbacks.length > 0, {
      every: 1,
    });
    for (const service of services) service.kill();
    await rolling;
    const values = (await session.memory.forceSync()).map(({ value }) => value);
    expect(values).toEqual(keys.map(() => 'then'));
    expect((await session.describe()).rollbacks).toHaveLength(1);
  });

  it('keep time with everything down meanwhile', async () => {
    const session = sessions.session('kill-time');
    const point = session.sync('late');
    await point.create({ expect: ['nobody'], timeout: 2_500 });
    const set = performance.now();
    await session.memory.set('short', 1, { ttl: 2 });
    await session.memory.set('long', 1, { ttl: 3_600 });
    for (const service of services) service.kill();
    await broker.kill();
    await broker.restart();
    expect((await session.memory.get('short'))?.value ?? (performance.now() - set > 2_000 ? 1 : 'gone too early')).toBe(1);
    await expect(point.await()).rejects.toMatchObject({ code: 'SYNC_TIMED_OUT' });
    await eventually(async () => (await session.memory.get('short')) === undefined);
    expect((await session.memory.get('long'))!.value).toBe(1);
  });
});
