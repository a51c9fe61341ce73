import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { subjects, taskConsumer } from '@waggle/protocol';
import { testBroker, type TestBroker } from '@waggle/testkit';
import { agentManifest, backup, KEEPER, restore, rightsOf, type Bus, type Manifest } from '../index.js';

const KEEPS: Manifest = { name: KEEPER, kind: 'core', keepsBackups: true };
const CORE: Manifest = {
  name: 'core',
  kind: 'core',
  publishes: ['task', 'flow', 'blob'],
  folds: ['TASK', 'FLOW'],
  rereads: ['BLOB'],
  inspects: ['TASK', 'FLOW', 'INPUT'],
  buckets: { LOCKS: { write: ['>'] }, WORKFLOWS: { write: ['>'] } },
};
const MANIFESTS = [KEEPS, CORE, agentManifest('worker')];
const QUEUE = taskConsumer('worker', 'normal');

describe('a backup', () => {
  let broker: TestBroker;
  let bus: Bus;
  let dir: string;
  const access = (of: TestBroker) => ({ servers: of.url, seed: of.keys[KEEPER]!.seed });

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'waggle-backup-'));
    broker = await testBroker({ secure: true, manifests: MANIFESTS });
    bus = await broker.busFor(CORE);
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('holds what is stored and what of it was taken; deliveries go on afterwards; a new broker goes on from there', async () => {
    const task = (id: string) => subjects.task('t', 'worker', 'normal', 'flow', id, 1);
    for (const id of ['a', 'b', 'c']) await bus.publish(task(id), id);
    const worker = await broker.busFor('worker');
    const queue = await worker.queue('TASK', QUEUE);
    const [done, held] = await queue.take(2);
    await done!.ackConfirmed();
    const blob = await bus.blobs.put('t', Buffer.alloc(300_000, 7), 'x/y');
    const lock = await bus.bucket('LOCKS').put('t.scope', '{}', { expect: 0 });
    await bus.bucket('WORKFLOWS').put('w.1.0.0', 'text');

    const told: string[] = [];
    await backup({ ...access(broker), dir: join(dir, 'first'), onStream: (name) => told.push(name) });
    expect(told.indexOf('TASK')).toBeLessThan(told.indexOf('FLOW'));
    expect(told.indexOf('FLOW')).toBeLessThan(told.indexOf('RESULT'));
    expect(told.at(-1)).toBe('BLOB');
    for (const derived of ['INPUT', 'BEAT', 'KV_DIRECTORY', 'KV_LOCKS']) expect(told).not.toContain(derived);
    // nothing is held any more
    expect((await queue.take(1, { wait: 2_000 }))[0]!.text()).toBe('c');
    expect(held!.text()).toBe('b');

    const other = await testBroker({ secure: true, manifests: MANIFESTS, provision: false });
    await restore({ ...access(other), dir: join(dir, 'first') });
    await other.allow();
    const now = await other.busFor(CORE);
    expect((await now.read('TASK', '>')).map((stored) => [stored.sequence, stored.text()])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(await now.blobs.get('t', blob)).toEqual(new Uint8Array(Buffer.alloc(300_000, 7)));
    expect((await now.bucket('WORKFLOWS').get('w.1.0.0'))!.text()).toBe('text');
    // what was acknowledged does not come again; what was at work comes as a redelivery
    const again = await (await other.busFor('worker')).queue('TASK', QUEUE);
    expect(await now.backlog('TASK', QUEUE)).toEqual({ waiting: 1, atWork: 1 });
    expect((await again.take(1, { wait: 2_000 }))[0]!.text()).toBe('c');
    // nobody holds a lock, and no fencing token comes twice
    expect(await now.bucket('LOCKS').get('t.scope')).toBeUndefined();
    const granted = await now.bucket('LOCKS').put('t.scope', '{}', { expect: 0 });
    if (lock.status !== 'stored' || granted.status !== 'stored') throw new Error('refused');
    expect(granted.sequence).toBeGreaterThan(lock.sequence + 999_999);
  }, 30_000);

  it('goes to an empty folder, and back to a new broker only', async () => {
    await expect(backup({ ...access(broker), dir: join(dir, 'first') })).rejects.toMatchObject({
      code: 'BAD_USAGE',
      remedy: 'Name a folder that is empty or not there yet.',
    });
    await expect(restore({ ...access(broker), dir: join(dir, 'first') })).rejects.toMatchObject({ code: 'STREAM_CONFLICT' });
    await expect(restore({ ...access(broker), dir: join(dir, 'none') })).rejects.toMatchObject({ code: 'BAD_USAGE' });
    expect((await readdir(join(dir, 'first'))).sort()).toEqual(['backup.json', 'streams-1']);
  });

  it('that was restored in part is taken for whole by nobody', async () => {
    const other = await testBroker({ secure: true, manifests: MANIFESTS, provision: false });
    const halfway = restore({
      ...access(other),
      dir: join(dir, 'first'),
      onStream: () => {
        throw new Error('the end of it');
      },
    });
    await expect(halfway).rejects.toThrow('the end of it');
    const unfinished = { code: 'RESTORE_UNFINISHED', message: expect.stringContaining(join(dir, 'first')) };
    await expect(other.allow()).rejects.toMatchObject(unfinished);
    await expect(restore({ ...access(other), dir: join(dir, 'first') })).rejects.toMatchObject({
      ...unfinished,
      remedy: expect.stringContaining('store_dir'),
    });
    await expect(backup({ ...access(other), dir: join(dir, 'half') })).rejects.toMatchObject(unfinished);
  }, 30_000);

  it('is the right of its own key alone, which can store no fact', () => {
    const { publish } = rightsOf(KEEPS);
    expect(publish.some((subject) => subject.startsWith('wg.') || subject.startsWith('$KV.'))).toBe(false);
    for (const { publish: other } of [CORE, agentManifest('worker')].map(rightsOf))
      expect(other.some((subject) => /SNAPSHOT|RESTORE|PAUSE/.test(subject))).toBe(false);
  });
});
