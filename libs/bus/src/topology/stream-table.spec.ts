import { BUCKETS, STREAMS } from '@waggle/protocol';
import { DEFAULT_STORAGE, LEAST_STORAGE, MIB, streamTable } from './stream-table.js';

const named = (name: string) => streamTable().find((stream) => stream.name === name)!;

describe('the streams', () => {
  it('are all there, on disk, with a limit each', () => {
    expect(streamTable().map(({ name }) => name)).toEqual([...STREAMS, ...BUCKETS.map((bucket) => `KV_${bucket}`)]);
    for (const stream of streamTable()) {
      expect(stream.storage).toBe('file');
      expect(stream.max_bytes).toBeGreaterThan(0);
    }
  });

  it.each([DEFAULT_STORAGE, LEAST_STORAGE, 100 * 1024 * MIB])('share %d bytes and no more', (storage) => {
    const sum = streamTable(storage).reduce((total, { max_bytes }) => total + max_bytes, 0);
    expect(sum).toBeLessThanOrEqual(storage);
    expect(sum).toBeGreaterThan(storage * 0.999);
  });

  it('let the first message win where a fact happens once', () => {
    const firstWins = streamTable().filter((stream) => stream.discard_new_per_subject);
    expect(firstWins.map(({ name }) => name)).toEqual(['SUBMIT', 'TASK', 'RESULT', 'ESCALATION', 'DLQ', 'CHANNEL']);
    for (const stream of firstWins) expect([stream.max_msgs_per_subject, stream.discard]).toEqual([1, 'new']);
  });

  it('drop old messages only where a newer one replaces them or they can be made again, and timers, which the server wants so', () => {
    expect(
      streamTable()
        .filter(({ discard }) => discard === 'old')
        .map(({ name }) => name),
    ).toEqual(['TIMER', 'PROGRESS', 'BLOB', 'BEAT', 'ALARM', 'KV_CACHE', 'KV_TRENDS']);
  });

  it('never let the age of INPUT, FLOW or TIMER remove what is waited for', () => {
    for (const name of ['INPUT', 'FLOW', 'TIMER', 'ALARM', 'WAIT', 'AUDIT', 'PROGRESS', 'KV_MEMORY', 'KV_SESSIONS'])
      expect(named(name).max_age).toBe(0);
  });

  it('take batches, and write INPUT later, only where each write is synced and one broker holds each stream', () => {
    const [alone, three] = [streamTable(DEFAULT_STORAGE, 1, true), streamTable(DEFAULT_STORAGE, 3, true)];
    const batches = (table: typeof alone): string[] => table.filter(({ allow_atomic }) => allow_atomic).map(({ name }) => name);
    expect(batches(alone)).toEqual(expect.arrayContaining(['SUBMIT', 'FLOW', 'TASK', 'RESULT']));
    expect(batches(alone)).toHaveLength(4);
    expect(alone.filter(({ persist_mode }) => persist_mode).map(({ name }) => name)).toEqual(['INPUT']);
    for (const table of [three, streamTable()]) {
      expect(batches(table)).toEqual([]);
      expect(table.filter(({ persist_mode }) => persist_mode)).toEqual([]);
    }
  });

  it('permit roll-ups, schedules and times to live only where they are used', () => {
    const where = (test: (stream: ReturnType<typeof named>) => boolean | undefined): string[] =>
      streamTable()
        .filter(test)
        .map(({ name }) => name);
    expect(where((stream) => stream.allow_rollup_hdrs)).toEqual(['TIMER', 'ALARM']);
    expect(where((stream) => stream.allow_msg_schedules)).toEqual(['TIMER', 'ALARM']);
    expect(where((stream) => stream.allow_msg_ttl)).toEqual(BUCKETS.map((bucket) => `KV_${bucket}`));
  });
});
