import { streamOf, subjects } from '@waggle/protocol';
import { eventually, testBroker, type TestBroker } from '@waggle/testkit';
import type { Bus } from '../port.js';
import { expecting, rawClient, type RawClient } from '../../test/raw-client.js';

describe('seen to fail here: storage', () => {
  let broker: TestBroker;
  let bus: Bus;
  let raw: RawClient;

  beforeAll(async () => {
    broker = await testBroker();
    [bus, raw] = await Promise.all([broker.busFor('coordinator'), rawClient(broker.url)]);
  }, 30_000);

  test('a memory stream is gone after kill -9 of the broker, and ours are none', async () => {
    await raw.jsm.streams.add({ name: 'MEM', subjects: ['mem.>'], storage: 'memory' });
    await raw.js.publish('mem.a', 'x');
    await bus.publish(subjects.flow('t', 'f1'), 'kept', { expect: 0 });
    const storages = new Set<string>();
    for await (const { config } of raw.jsm.streams.list()) if (config.name !== 'MEM') storages.add(config.storage);
    expect([...storages]).toEqual(['file']);
    await broker.restart();
    expect((await bus.last('FLOW', subjects.flow('t', 'f1')))?.text()).toBe('kept');
    raw = await rawClient(broker.url);
    const left: string[] = [];
    for await (const name of raw.jsm.streams.names()) left.push(name);
    expect(left).toContain('FLOW');
    expect(left).not.toContain('MEM');
  });

  test('10077 also says that a stream is full: it is not stored, and STORAGE_FULL; once there is room it is', async () => {
    const { config } = await raw.jsm.streams.info('SUBMIT');
    await raw.jsm.streams.update('SUBMIT', { ...config, max_bytes: 4_096 });
    const body = 'x'.repeat(1_000);
    const submit = (flow: string, timeout?: number): Promise<unknown> =>
      bus.publishOnce('SUBMIT', subjects.submit('t', 'ann', flow), body, { timeout });
    for (const flow of ['a', 'b', 'c']) await submit(flow);
    await expect(raw.js.publish(subjects.submit('t', 'ann', 'd'), body)).rejects.toMatchObject({ code: 10077 });
    await expect(submit('d', 1_000)).rejects.toMatchObject({ code: 'STORAGE_FULL', retryable: true });
    expect(await bus.last('SUBMIT', subjects.submit('t', 'ann', 'd'))).toBeUndefined();
    const patient = bus.publishOnce('SUBMIT', subjects.submit('t', 'ann', 'd'), body);
    await bus.purge('SUBMIT', subjects.submit('t', 'ann', 'a'));
    expect((await patient).status).toBe('stored');
    await raw.jsm.streams.update('SUBMIT', config);
  });

  test('an age limit on a log lets its head be written again; FLOW has none', async () => {
    const { config } = await raw.jsm.streams.add({ name: 'AGED', subjects: ['aged.>'] });
    await raw.js.publish('aged.f', 'head', { headers: expecting(0) });
    await expect(raw.js.publish('aged.f', 'again', { headers: expecting(0) })).rejects.toMatchObject({ code: 10071 });
    await raw.jsm.streams.update('AGED', { ...config, max_age: 300e6, duplicate_window: 300e6 });
    await eventually(() => raw.js.publish('aged.f', 'a second head', { headers: expecting(0) }));
    expect((await raw.jsm.streams.info('FLOW')).config.max_age).toBe(0);
  });

  test('a purge reopens first wins: whoever was late gets in', async () => {
    const subject = subjects.result('t', 'echo', 'f1', 'a', 1);
    await bus.publishOnce('RESULT', subject, 'first');
    expect((await bus.publishOnce('RESULT', subject, 'late')).status).toBe('taken');
    await bus.purge('RESULT', subject);
    expect((await bus.publishOnce('RESULT', subject, 'late')).status).toBe('stored');
  });

  test('every subject has its stream, as the broker has it', async () => {
    for (const subject of [
      subjects.submit('t', 'a', 'f'),
      subjects.abort('t', 'a', 'f', 'x', 1),
      subjects.wait('t', 'skill', 'k', 'f'),
      subjects.audit('t', 'a', 'k'),
      subjects.card('a', 'i'),
    ]) {
      expect(await raw.jsm.streams.find(subject)).toBe(streamOf(subject));
    }
  });
});
