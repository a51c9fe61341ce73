import { createHash } from 'node:crypto';
import { subjects } from '@waggle/protocol';
import { eventually, testBroker, type TestBroker } from '@waggle/testkit';
import type { Bus } from '../port.js';
import { agentManifest } from '../permissions/factories.js';

const manifests = [agentManifest('echo')];

describe('the bus on a plain broker', () => {
  let broker: TestBroker;
  let bus: Bus;
  let n = 0;
  const flowId = (): string => `f-${n++}`;

  beforeAll(async () => {
    broker = await testBroker({ manifests });
    bus = await broker.busFor('coordinator');
  }, 30_000);

  test('stores with an expected sequence and refuses another', async () => {
    const subject = subjects.flow('t', flowId());
    const first = await bus.publish(subject, '1', { expect: 0 });
    expect(first).toEqual({ status: 'stored', sequence: expect.any(Number) });
    expect(await bus.publish(subject, '2', { expect: 0 })).toEqual({ status: 'conflict' });
    const second = await bus.publish(subject, '2', { expect: (first as { sequence: number }).sequence });
    expect(second.status).toBe('stored');
    expect((await bus.last('FLOW', subject))?.text()).toBe('2');
    expect((await bus.last('FLOW', subject, { from: 'leader' }))?.text()).toBe('2');
    expect((await bus.read('FLOW', subject)).map((message) => message.text())).toEqual(['1', '2']);
    expect((await bus.read('FLOW', subject, { after: (first as { sequence: number }).sequence })).map((message) => message.text())).toEqual(
      ['2'],
    );
    expect((await bus.read('FLOW', subject, { limit: 1 })).map((message) => message.text())).toEqual(['1']);
  });

  test('a fact is stored once: the same bytes again are ours, others are told what stands', async () => {
    const subject = subjects.submit('t', 'ann', flowId());
    const first = await bus.publishOnce('SUBMIT', subject, 'a');
    expect(first.status).toBe('stored');
    expect(await bus.publishOnce('SUBMIT', subject, 'a')).toEqual(first);
    const other = await bus.publishOnce('SUBMIT', subject, 'b');
    expect(other.status === 'taken' && other.by.text()).toBe('a');
  });

  test('nothing there is undefined or empty', async () => {
    const subject = subjects.flow('t', flowId());
    expect(await bus.last('FLOW', subject)).toBeUndefined();
    expect(await bus.last('FLOW', subject, { from: 'leader' })).toBeUndefined();
    expect(await bus.read('FLOW', subject)).toEqual([]);
    expect(await bus.read('FLOW', subject, { lastPerSubject: true })).toEqual([]);
  });

  test('reads thousands in order, and the last of more subjects than the broker answers for at once', async () => {
    const wave = flowId();
    await Promise.all(Array.from({ length: 2_300 }, (_, i) => bus.publish(subjects.progress('t', 'echo', wave, `t${i}`), String(i))));
    const all = await bus.read('PROGRESS', subjects.progress('t', 'echo', wave, '*'));
    expect(all).toHaveLength(2_300);
    expect(all.every((message, i) => i === 0 || message.sequence > all[i - 1]!.sequence)).toBe(true);
    expect(await bus.read('PROGRESS', subjects.progress('t', 'echo', wave, '*'), { lastPerSubject: true })).toHaveLength(2_300);
  });

  test('reads several patterns at once, in the order of the stream', async () => {
    const [one, two, none] = [flowId(), flowId(), flowId()];
    const flow = (id: string) => subjects.flow('t', id);
    for (const id of [two, one, two]) await bus.publish(flow(id), id);
    const read = async (patterns: string[], options = {}) => (await bus.read('FLOW', patterns, options)).map((message) => message.text());
    expect(await read([flow(one), flow(none), flow(two)])).toEqual([two, one, two]);
    expect(await read([flow(one), flow(none), flow(two)], { lastPerSubject: true })).toEqual([one, two]);
    expect(await read([flow(none)], { lastPerSubject: true })).toEqual([]);
    const many = Array.from({ length: 300 }, (_, i) => flow(`${none}-${i}`));
    expect(await read([...many, flow(one)], { lastPerSubject: true })).toEqual([one]);
  });

  test('takes exactly what is asked, and no more than is there', async () => {
    const flow = flowId();
    for (const task of ['a', 'b', 'c']) await bus.publishOnce('TASK', subjects.task('t', 'echo', 'high', flow, task, 1), task);
    const queue = await bus.queue('TASK', 'echo-high');
    expect(queue.ackWait).toBeGreaterThan(0);
    const two = await queue.take(2);
    expect(two.map((delivery) => delivery.text())).toEqual(['a', 'b']);
    const rest = await queue.take(10, { wait: 5_000 });
    expect(rest.map((delivery) => delivery.text())).toEqual(['c']);
    expect(rest[0]).toMatchObject({ stream: 'TASK', deliveries: 1, consumerSequence: 3, pending: 0 });
    for (const delivery of [...two, ...rest]) expect(await delivery.ackConfirmed()).toBe(true);
    expect(await queue.take(1)).toEqual([]);
    expect(await queue.take(1, { wait: 50 })).toEqual([]);
  });

  test('a waiting take wakes with the first message and can be called off', async () => {
    const queue = await bus.queue('TASK', 'echo-low');
    const taken = queue.take(5, { wait: 10_000 });
    await bus.publishOnce('TASK', subjects.task('t', 'echo', 'low', flowId(), 'a', 1), 'a');
    const [delivery] = await taken;
    delivery!.ack();
    const abort = new AbortController();
    const called = queue.take(1, { wait: 10_000, signal: abort.signal });
    abort.abort();
    expect(await called).toEqual([]);
    await bus.publishOnce('TASK', subjects.task('t', 'echo', 'low', flowId(), 'a', 1), 'later');
    const [later] = await queue.take(1, { wait: 2_000 });
    expect(later?.text()).toBe('later');
    later!.ack();
  });

  test('an input names where it came from', async () => {
    const flow = flowId();
    const stored = await bus.publishOnce('SUBMIT', subjects.submit('t', 'ann', flow), '{}');
    const inputs = await eventually(async () => {
      const found = await bus.read('INPUT', `in.*.t.${flow}.>`);
      return found.length > 0 && found;
    });
    expect(inputs[0]!.header('Nats-Stream-Source')).toMatch(new RegExp(`^SUBMIT ${(stored as { sequence: number }).sequence} `));
  });

  test('hears what is published after subscribing', async () => {
    const heard: string[] = [];
    const flow = flowId();
    const subscription = await bus.subscribe(subjects.outcome('t', 'ann', '*'), (message) => heard.push(message.text()));
    await bus.publish(subjects.outcome('t', 'ann', flow), 'done', { expect: 0 });
    await eventually(() => heard.length === 1);
    await subscription.stop();
  });

  test('asks and answers; nobody there is an error with a code', async () => {
    const subscription = await bus.subscribe('wgm.svc.x.echo.*', (message) => message.respond(`you said ${message.text()}`));
    expect((await bus.request('wgm.svc.x.echo.me', 'hi')).text()).toBe('you said hi');
    await subscription.stop();
    await expect(bus.request('wgm.svc.x.echo.me', 'hi', { timeout: 100 })).rejects.toMatchObject({ code: 'BUS_TIMEOUT' });
  });

  test.each([0, 1, 512 * 1024, 3 * 512 * 1024 + 17])('keeps %i bytes as a blob', async (size) => {
    const content = Buffer.alloc(size, 'waggle');
    const handle = await bus.blobs.put('t', content, 'text/plain');
    expect(handle).toMatchObject({ size, writer: 'coordinator', sha256: createHash('sha256').update(content).digest('hex') });
    expect(Buffer.compare(await bus.blobs.get('t', handle), content)).toBe(0);
  });

  test('a blob that is not there or was forged is told', async () => {
    const handle = await bus.blobs.put('t', Buffer.from('true'), 'text/plain');
    await expect(bus.blobs.get('t', { ...handle, sha256: handle.sha256.replace(/./g, '0') })).rejects.toMatchObject({
      code: 'BLOB_MISSING',
    });
    await bus.publish(subjects.blob('t', handle.writer, handle.sha256, 0), 'fals');
    await expect(bus.blobs.get('t', handle)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
  });

  test('a bucket keeps, compares, deletes, lists and tells', async () => {
    const bucket = bus.bucket('QUOTAS');
    const heard: [string, string, boolean][] = [];
    const watch = await bucket.watch('a.>', (entry) => heard.push([entry.key, entry.text(), entry.deleted]));
    const first = await bucket.put('a.x', '1', { expect: 0 });
    expect(await bucket.put('a.x', '2', { expect: 0 })).toEqual({ status: 'conflict' });
    expect((await bucket.get('a.x'))?.revision).toBe((first as { sequence: number }).sequence);
    await bucket.put('a.y', '2');
    expect((await bucket.entries('a.*')).map(({ key }) => key)).toEqual(['a.x', 'a.y']);
    await bucket.delete('a.x');
    expect(await bucket.get('a.x')).toBeUndefined();
    expect((await bucket.entries()).map(({ key }) => key)).toEqual(['a.y']);
    await eventually(() => heard.length === 3);
    expect(heard).toEqual([
      ['a.x', '1', false],
      ['a.y', '2', false],
      ['a.x', '', true],
    ]);
    await watch.stop();
  });

  test('a scheduled message comes, arming it again changes nothing', async () => {
    const flow = flowId();
    const [at, due] = [subjects.timerAt('t', flow, 1), subjects.timerDue('t', flow, 1)];
    const when = new Date(Date.now() + 1_000);
    expect((await bus.schedule(at, due, when, 'ring')).status).toBe('stored');
    expect((await bus.schedule(at, due, when, 'ring')).status).toBe('conflict');
    const fired = await eventually(() => bus.last('TIMER', due));
    expect(fired.text()).toBe('ring');
    expect(fired.time.getTime()).toBeGreaterThanOrEqual(when.getTime() - 5);
  });

  test('purges by pattern and up to a sequence', async () => {
    const flow = flowId();
    const first = await bus.publish(subjects.flow('t', flow), '1', { expect: 0 });
    const { sequence } = first as { sequence: number };
    await bus.publish(subjects.flow('t', flow), '2', { expect: sequence });
    expect(await bus.purge('FLOW', subjects.flow('t', flow), { upTo: sequence })).toBe(1);
    expect(await bus.purge('FLOW', subjects.flow('t', flow))).toBe(1);
  });

  test('a subject no stream takes, and one that is none', async () => {
    await expect(bus.publish('nobody.takes.this', 'x', { timeout: 1_000 })).rejects.toMatchObject({ code: 'NOT_PROVISIONED' });
    await expect(bus.publish('wg.t.*', 'x')).rejects.toMatchObject({ code: 'BUS_REFUSED' });
    await expect(bus.queue('TASK', 'nobody-high')).rejects.toMatchObject({ code: 'NOT_PROVISIONED' });
  });

  test('is ready and knows its connection', () => {
    expect(bus.health).toEqual({ ready: true, reasons: [], violations: 0 });
    expect(bus.connection.clientId).toBeGreaterThan(0);
  });
});
