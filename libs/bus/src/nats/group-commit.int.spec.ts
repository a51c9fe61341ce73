import { setTimeout as sleep } from 'node:timers/promises';
import { subjects, type StreamName } from '@waggle/protocol';
import { eventually, proxy, testBroker, type TestBroker } from '@waggle/testkit';
import { agentManifest } from '../permissions/factories.js';
import type { Manifest } from '../permissions/manifest.js';
import type { Bus, StoredMessage } from '../port.js';

const core: Manifest = {
  name: 'coordinator',
  kind: 'core',
  publishes: ['flow', 'task'],
  rereads: ['FLOW', 'TASK'],
  folds: ['FLOW', 'TASK', 'RESULT'],
};
const echo = agentManifest('echo');
const SECURE_TIME = 60_000;

let n = 0;
const flowIds = (count: number): string[] => Array.from({ length: count }, () => `f-${n++}`);
const taskOf = (flow: string): string => subjects.task('t', 'nobody', 'normal', flow, 'a', 1);
const inBatches = (messages: StoredMessage[]): number => messages.filter((message) => message.header('Nats-Batch-Id')).length;

/** What is stored of these subjects. */
const stored = async (bus: Bus, stream: StreamName, wanted: string[]): Promise<StoredMessage[]> => {
  const among = new Set(wanted);
  return (await bus.read(stream, '>')).filter(({ subject }) => among.has(subject));
};

/** Many at once, so that the bus finds out that this stream takes batches. */
const find = async (bus: Bus, stream: StreamName, subjectOf: (flow: string) => string): Promise<void> => {
  await Promise.all(flowIds(40).map((id) => bus.publishOnce(stream, subjectOf(id), 'first')));
};

describe('a broker that syncs each write', () => {
  let broker: TestBroker;
  let bus: Bus;
  let other: Bus;

  beforeAll(async () => {
    broker = await testBroker({ manifests: [core, echo], secure: true, synced: true });
    [bus, other] = await Promise.all([broker.busFor(core), broker.busFor(core)]);
    await find(bus, 'TASK', taskOf);
  }, SECURE_TIME);

  test('stores what is written at once in groups, each message once, and says where', async () => {
    const wanted = flowIds(400).map(taskOf);
    const said = await Promise.all(wanted.map((subject, at) => bus.publishOnce('TASK', subject, `task ${at}`)));
    const found = await stored(bus, 'TASK', wanted);
    expect(found).toHaveLength(wanted.length);
    const bySubject = new Map(found.map((message) => [message.subject, message]));
    wanted.forEach((subject, at) => {
      const message = bySubject.get(subject)!;
      expect(message.text()).toBe(`task ${at}`);
      expect(said[at]).toEqual({ status: 'stored', sequence: message.sequence });
    });
    expect(inBatches(found)).toBeGreaterThan(200);
  }, 20_000);

  test('a race lost inside a group: the others of the group are stored, nothing twice, each told what became of it', async () => {
    const wanted = flowIds(200).map(taskOf);
    const [theirs, same] = [wanted[120]!, wanted[150]!];
    await other.publishOnce('TASK', theirs, 'theirs');
    const before = await other.publishOnce('TASK', same, 'ours');
    const said = await Promise.all(wanted.map((subject) => bus.publishOnce('TASK', subject, 'ours')));
    const lost = said[120]!;
    expect(lost.status === 'taken' && lost.by.text()).toBe('theirs');
    expect(said[150]).toEqual(before);
    expect(said.filter(({ status }) => status === 'stored')).toHaveLength(199);
    const found = await stored(bus, 'TASK', wanted);
    expect(found).toHaveLength(200);
    expect(found.filter((message) => message.text() === 'ours')).toHaveLength(199);
  }, 20_000);

  test('logs: an entry that is not expected is refused alone, and each log goes on where it stands', async () => {
    const logs = flowIds(100).map((id) => subjects.flow('t', id));
    const first = await Promise.all(logs.map((subject) => bus.publish(subject, '1', { expect: 0 })));
    const sequences = first.map((one) => (one as { sequence: number }).sequence);
    await other.publish(logs[50]!, 'theirs', { expect: sequences[50] });
    const second = await Promise.all(logs.map((subject, at) => bus.publish(subject, '2', { expect: sequences[at] })));
    expect(second.map(({ status }) => status)).toEqual(logs.map((_, at) => (at === 50 ? 'conflict' : 'stored')));
    const found = await stored(bus, 'FLOW', logs);
    for (const [at, subject] of logs.entries())
      expect(found.filter((one) => one.subject === subject).map((one) => one.text())).toEqual(['1', at === 50 ? 'theirs' : '2']);
    expect(inBatches(found)).toBeGreaterThan(0);
  }, 20_000);

  test('two messages on one subject at once stay two', async () => {
    const [id] = flowIds(1);
    const subjectsOfOne = [...flowIds(60).map(taskOf), taskOf(id!), taskOf(id!), ...flowIds(60).map(taskOf)];
    const said = await Promise.all(subjectsOfOne.map((subject, at) => bus.publishOnce('TASK', subject, `${at}`)));
    expect(said.filter(({ status }) => status === 'taken')).toHaveLength(1);
    expect(said[60]!.status).toBe('stored');
  }, 20_000);

  test("results of an agent go in groups through its account's border", async () => {
    const agent = await broker.busFor(echo);
    const resultOf = (id: string): string => subjects.result('t', 'echo', id, 'a', 1);
    await find(agent, 'RESULT', resultOf);
    const wanted = flowIds(200).map(resultOf);
    const said = await Promise.all(wanted.map((subject) => agent.publishOnce('RESULT', subject, 'done')));
    expect(said.every(({ status }) => status === 'stored')).toBe(true);
    expect(inBatches(await stored(bus, 'RESULT', wanted))).toBeGreaterThan(50);
  }, 20_000);

  test('one that may not be written fails alone', async () => {
    const agent = await broker.busFor(echo);
    const of = (me: string): string[] => flowIds(60).map((id) => subjects.result('t', me, id, 'a', 1));
    const wanted = [...of('echo'), subjects.result('t', 'someone-else', flowIds(1)[0]!, 'a', 1), ...of('echo')];
    const said = await Promise.allSettled(wanted.map((subject) => agent.publishOnce('RESULT', subject, 'done')));
    expect(said.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []))).toEqual([60]);
  }, 20_000);

  test('a batch whose answer is lost with the connection: what it stored is known for ours', async () => {
    const between = await proxy(broker.port);
    const far = await broker.busFor(core, { servers: between.url });
    await find(far, 'FLOW', (id) => subjects.flow('t', id));
    const logs = flowIds(100).map((id) => subjects.flow('t', id));
    const said = logs.map((subject) => far.publish(subject, 'entry', { expect: 0, timeout: 20_000 }));
    // the others wait for the first one, and go as it is answered
    await said[0];
    between.loseAnswers();
    await eventually(async () => (await stored(other, 'FLOW', logs)).length === logs.length);
    between.cut();
    between.heal();
    const found = await stored(other, 'FLOW', logs);
    expect(inBatches(found)).toBe(99);
    const bySubject = new Map(found.map(({ subject, sequence }) => [subject, sequence]));
    expect(await Promise.all(said)).toEqual(logs.map((subject) => ({ status: 'stored', sequence: bySubject.get(subject) })));
    expect(await stored(other, 'FLOW', logs)).toHaveLength(100);
  }, 30_000);

  test('killed with -9 in the middle of batches: nothing acknowledged is lost, nothing is there twice', async () => {
    for (const after of [15, 40]) {
      await find(bus, 'TASK', taskOf);
      await find(bus, 'FLOW', (id) => subjects.flow('t', id));
      const logs = flowIds(300).map((id) => subjects.flow('t', id));
      const tasks = flowIds(300).map(taskOf);
      const said = Promise.all([
        ...logs.map((subject) => bus.publish(subject, 'entry', { expect: 0, timeout: 60_000 })),
        ...tasks.map((subject) => bus.publishOnce('TASK', subject, 'task', { timeout: 60_000 })),
      ]);
      await sleep(after);
      await broker.restart();
      const all = await said;
      const found = [...(await stored(bus, 'FLOW', logs)), ...(await stored(bus, 'TASK', tasks))];
      const bySubject = new Map(found.map(({ subject, sequence }) => [subject, sequence]));
      expect(found).toHaveLength(600);
      expect(all).toEqual([...logs, ...tasks].map((subject) => ({ status: 'stored', sequence: bySubject.get(subject) })));
    }
  }, 150_000);
});

describe('a broker that does not', () => {
  test('is given one message at a time, and each is stored', async () => {
    const broker = await testBroker({ manifests: [echo] });
    const bus = await broker.busFor('coordinator');
    const wanted = flowIds(200).map(taskOf);
    for (let turn = 0; turn < 2; turn++) {
      const said = await Promise.all(wanted.map((subject) => bus.publishOnce('TASK', subject, 'task')));
      expect(said.every(({ status }) => status === 'stored')).toBe(true);
    }
    const found = await stored(bus, 'TASK', wanted);
    expect(found).toHaveLength(200);
    expect(inBatches(found)).toBe(0);
  }, 20_000);
});
