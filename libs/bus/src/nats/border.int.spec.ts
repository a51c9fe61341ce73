import { subjects } from '@waggle/protocol';
import { eventually, testBroker, type TestBroker } from '@waggle/testkit';
import { agentManifest, clientManifest } from '../permissions/factories.js';
import type { Manifest } from '../permissions/manifest.js';
import { newNkey } from '../permissions/nkey.js';

const coordinator: Manifest = {
  name: 'coordinator',
  kind: 'core',
  publishes: ['task', 'outcome', 'flow'],
  folds: ['FLOW', 'RESULT'],
  rereads: ['FLOW'],
  readsLeader: ['FLOW'],
};
const registry: Manifest = { name: 'registry', kind: 'core', serves: ['find'], handsBack: true };
const echo = agentManifest('echo');
const ann = clientManifest('ann', 't');

describe('the bus across account borders', () => {
  let broker: TestBroker;

  beforeAll(async () => {
    broker = await testBroker({ secure: true, manifests: [coordinator, registry, echo, ann] });
  }, 30_000);

  test('an agent takes tasks, stores its result once, settles and keeps blobs', async () => {
    const [core, agent] = await Promise.all([broker.busFor(coordinator), broker.busFor(echo)]);
    for (const task of ['a', 'b', 'c']) await core.publishOnce('TASK', subjects.task('t', 'echo', 'normal', 'f1', task, 1), task);
    const queue = await agent.queue('TASK', 'echo-normal');
    const deliveries = [...(await queue.take(2)), ...(await queue.take(5, { wait: 2_000 }))];
    expect(deliveries.map((delivery) => delivery.text())).toEqual(['a', 'b', 'c']);
    const subject = subjects.result('t', 'echo', 'f1', 'a', 1);
    expect((await agent.publishOnce('RESULT', subject, 'r')).status).toBe('stored');
    expect((await agent.publishOnce('RESULT', subject, 'r')).status).toBe('stored');
    expect((await agent.publishOnce('RESULT', subject, 'other')).status).toBe('taken');
    for (const delivery of deliveries) expect(await delivery.ackConfirmed()).toBe(true);
    const blob = await agent.blobs.put('t', Buffer.alloc(1_200_000, 'x'), 'text/plain');
    expect(await agent.blobs.get('t', blob)).toHaveLength(1_200_000);
    const waiting = queue.take(4, { wait: 20_000 });
    await core.publishOnce('TASK', subjects.task('t', 'echo', 'normal', 'f1', 'd', 1), 'd');
    const [late] = await waiting;
    expect(late!.text()).toBe('d');
    late!.ack();
    expect(agent.health).toEqual({ ready: true, reasons: [], violations: 0 });
  });

  test('a client submits once, hears and reads its outcome, and asks nothing else', async () => {
    const [core, client] = await Promise.all([broker.busFor(coordinator), broker.busFor(ann)]);
    const subject = subjects.submit('t', 'ann', 'f2');
    expect((await client.publishOnce('SUBMIT', subject, '{}')).status).toBe('stored');
    expect((await client.publishOnce('SUBMIT', subject, '{}')).status).toBe('stored');
    const heard: string[] = [];
    await client.subscribe(subjects.outcome('t', 'ann', '*'), (message) => heard.push(message.text()));
    await core.publish(subjects.outcome('t', 'ann', 'f2'), 'done', { expect: 0 });
    await eventually(() => heard.length === 1);
    expect((await client.last('FLOW', subjects.outcome('t', 'ann', 'f2')))?.text()).toBe('done');
  });

  test('what was not declared is refused at once, and counted', async () => {
    const client = await broker.busFor(ann);
    const start = performance.now();
    await expect(client.publish(subjects.submit('t', 'bob', 'f3'), '{}')).rejects.toMatchObject({ code: 'BUS_REFUSED' });
    expect(performance.now() - start).toBeLessThan(5_000);
    await expect(client.subscribe(subjects.outcome('t', 'bob', '*'), () => undefined)).rejects.toMatchObject({ code: 'BUS_REFUSED' });
    expect(client.health).toMatchObject({ ready: true, violations: 2 });
  });

  test('a service is answered across the border', async () => {
    const [served, agent] = await Promise.all([broker.busFor(registry), broker.busFor(echo)]);
    await served.subscribe(subjects.endpoint('registry', 'find', '*'), (message) => message.respond('found'), { queue: 'registry' });
    expect((await agent.request(subjects.endpoint('registry', 'find', 'echo'), '{}')).text()).toBe('found');
  });

  test('a delivery is handed back by its numbers, and comes again', async () => {
    const [core, agent, keeper] = await Promise.all([broker.busFor(coordinator), broker.busFor(echo), broker.busFor(registry)]);
    await core.publishOnce('TASK', subjects.task('t', 'echo', 'low', 'f4', 'a', 1), 'a');
    const queue = await agent.queue('TASK', 'echo-low');
    const [held] = await queue.take(1, { wait: 2_000 });
    keeper.handBack({
      stream: 'TASK',
      consumer: 'echo-low',
      streamSequence: held!.sequence,
      consumerSequence: held!.consumerSequence,
      deliveries: held!.deliveries,
    });
    const [again] = await queue.take(1, { wait: 5_000 });
    expect(again).toMatchObject({ sequence: held!.sequence, deliveries: 2 });
    again!.ack();
  });

  test('a key with fewer rights than the manifest declares does not start, and says which are missing', async () => {
    const wants: Manifest = { ...echo, publishes: [...(echo.publishes ?? []), 'dlq'] };
    await expect(broker.busFor(wants)).rejects.toMatchObject({
      code: 'NATS_RIGHTS_MISSING',
      problems: expect.arrayContaining([expect.objectContaining({ message: expect.stringContaining('publish wg.*.dlq.') })]),
    });
  });

  test('an unknown key is refused with a code', async () => {
    // the last letter but one belongs to the checksum whole; of the last some bits mean nothing
    const malformed = broker.keys.echo!.seed.replace(/.(?=.$)/, (letter) => (letter === 'A' ? 'B' : 'A'));
    await expect(broker.busFor(echo, { seed: malformed })).rejects.toMatchObject({
      code: 'BUS_REFUSED',
      message: 'the seed is not that of an nkey',
    });
    await expect(broker.busFor(echo, { seed: newNkey().seed, connectTimeout: 300 })).rejects.toMatchObject({ code: 'BUS_REFUSED' });
    await expect(broker.busFor(echo, { seed: undefined, connectTimeout: 300 })).rejects.toMatchObject({ code: 'BUS_REFUSED' });
  });
});
