import { agentManifest, type Bus, type Manifest } from '@waggle/bus';
import { subjects, taskConsumer, type AgentMessage, type BusEvent, type DirectorySkill } from '@waggle/protocol';
import { eventually, proxy, testBroker, type TestBroker } from '@waggle/testkit';
import { manifest } from './registry.manifest.js';
import { heldOf, TestInstance } from './testing/instance.js';
import { startRegistry } from './testing/start-registry.js';

const coordinator: Manifest = {
  name: 'coordinator',
  kind: 'core',
  publishes: ['task'],
  folds: ['EVENT'],
  buckets: { DIRECTORY: { read: ['>'] } },
};
const asker: Manifest = {
  name: 'asker',
  kind: 'edge',
  calls: ['registry.find', 'registry.agents', 'registry.stats', 'registry.acquire', 'registry.release'],
};

describe('two registries on a broker with accounts', () => {
  let broker: TestBroker;
  let core: Bus;
  let lines: string[];

  const entry = async (skill: string): Promise<DirectorySkill | undefined> =>
    (await core.bucket('DIRECTORY').get(`skill.${skill}`))?.json();
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are foreign JSON, the assertions are the check
  const ask = async (endpoint: string, question: object = {}): Promise<Record<string, any>> => {
    const bus = await broker.busFor('asker');
    return (await bus.request(subjects.endpoint('registry', endpoint, 'asker'), JSON.stringify(question))).json();
  };

  beforeAll(async () => {
    const manifests = [manifest, coordinator, asker, agentManifest('worker'), agentManifest('helper')];
    broker = await testBroker({ secure: true, manifests });
    core = await broker.busFor('coordinator');
    const [first, second] = [await startRegistry(broker), await startRegistry(broker)];
    lines = first.lines;
    // a broker that is slow to take the first beat is warned of
    lines.splice(0);
    void second;
  });

  it('writes who offers a skill, tells of it, and forgets who leaves', async () => {
    const instance = new TestInstance(await broker.busFor('helper'));
    await instance.join(['help.me'], { slots: 4, busy: 1 });
    const offered = await eventually(() => entry('help~me'));
    expect(offered.offers).toEqual([expect.objectContaining({ agent: 'helper', instances: 1, slots: 4, freeSlots: 3, successRate: 1 })]);
    const events = await eventually(async () => {
      const found = await core.read('EVENT', subjects.event('_', 'registry', 'skill-offered'));
      return found.length > 0 && found;
    });
    expect(events[0]!.json<AgentMessage<BusEvent>>().payload).toMatchObject({ type: 'skill-offered', data: { skill: 'help.me' } });
    expect(await eventually(async () => (await core.bucket('DIRECTORY').get('agent.helper'))?.json())).toMatchObject({
      name: 'helper',
      skills: ['help.me'],
    });
    await instance.beat({ draining: true });
    await eventually(async () => (await entry('help~me')) === undefined);
  });

  it('finds by skill and capability, only who is available where asked, and counts reservations', async () => {
    const instance = new TestInstance(await broker.busFor('helper'));
    await instance.join(['find.me'], { slots: 1, completed: 3, failed: 1, workedMs: 400 });
    await eventually(async () => (await ask('find', { skill: 'find.me' })).agents.length === 1);
    expect((await ask('find', { skill: 'find.you' })).agents).toEqual([]);
    const { id } = await eventually(async () => {
      const answer = await ask('acquire', { agent: 'helper', ttl: 60_000 });
      return answer.id !== undefined && answer;
    });
    expect(typeof id).toBe('string');
    expect(await ask('find', { skill: 7 })).toMatchObject({ problems: [{ code: 'INVALID_MESSAGE', path: 'skill' }] });
    // the other registry may answer, which hears of them at another moment
    await eventually(async () => (await ask('stats')).completed >= 3);
    await eventually(async () => {
      const names = (await ask('agents')).agents.map(({ name }: { name: string }) => name);
      return names.includes('helper') && names.includes('registry');
    });
    await instance.beat({ slots: 1, busy: 1 });
    await eventually(async () => (await ask('find', { skill: 'find.me', onlyAvailable: true })).agents.length === 0);
  });

  it('gives what a dead instance held to another at once, and once, though two registries hear of it', async () => {
    const way = await proxy(broker.port);
    const dying = new TestInstance(await broker.busFor('worker', { servers: way.url }));
    const other = await broker.busFor('worker');
    await core.publishOnce('TASK', subjects.task('default', 'worker', 'normal', 'f1', 'task', 1), '{}');
    const [delivery] = await (await dying.bus.queue('TASK', taskConsumer('worker', 'normal'))).take(1, { wait: 2_000 });
    await dying.join(['work.do'], { busy: 1, held: [heldOf(delivery!)] });
    await eventually(() => entry('work~do'));
    const queue = await other.queue('TASK', taskConsumer('worker', 'normal'));
    const waiting = queue.take(1, { wait: 10_000 });
    const died = performance.now();
    way.cut();
    const [again] = await waiting;
    const took = performance.now() - died;
    expect(again).toMatchObject({ sequence: delivery!.sequence, deliveries: 2 });
    // by itself it comes again after thirty seconds
    expect(took).toBeLessThan(5_000);
    await eventually(async () => (await entry('work~do')) === undefined);
    // a second hand-back of the same delivery would have given it to somebody else by the time the next one is served
    await core.publishOnce('TASK', subjects.task('default', 'worker', 'normal', 'f2', 'task', 1), '{}');
    const next = await queue.take(2, { wait: 1_000 });
    expect(next.map(({ sequence }) => sequence)).toEqual([again!.sequence + 1]);
    again!.ack();
    next[0]!.ack();
  });

  it('does not take from an instance what it holds by now', async () => {
    const way = await proxy(broker.port);
    const dead = new TestInstance(await broker.busFor('worker', { servers: way.url }));
    const heir = new TestInstance(await broker.busFor('worker'));
    await core.publishOnce('TASK', subjects.task('default', 'worker', 'normal', 'f3', 'task', 1), '{}');
    const queue = await heir.bus.queue('TASK', taskConsumer('worker', 'normal'));
    const [delivery] = await queue.take(1, { wait: 2_000 });
    const held = heldOf(delivery!);
    await dead.join(['work.do'], { held: [held] });
    const load = { held: [{ ...held, deliveries: 2 }] };
    await heir.join(['work.do'], load);
    await eventually(async () => (await entry('work~do'))?.offers[0]?.instances === 2);
    await heir.beat(load);
    way.cut();
    await eventually(async () => {
      await heir.beat(load);
      return (await entry('work~do'))?.offers[0]?.instances === 1;
    });
    expect(await queue.take(1, { wait: 300 })).toEqual([]);
    delivery!.ack();
  });

  it('drops who is silent after the beat limit, and not before', async () => {
    const instance = new TestInstance(await broker.busFor('helper'));
    const since = performance.now();
    await instance.join(['be.silent']);
    await eventually(() => entry('be~silent'));
    await eventually(async () => (await entry('be~silent')) === undefined);
    expect(performance.now() - since).toBeGreaterThan(2_900);
  });

  it('has logged no error', () => {
    expect(lines.filter((line) => /"level":"(warn|error)"/.test(line))).toEqual([]);
  });
});
