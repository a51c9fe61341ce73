import { subjects } from '@waggle/protocol';
import { eventually, testBroker, type TestBroker } from '@waggle/testkit';
import type { Bus } from '../port.js';
import { rawClient, withHeaders, type RawClient } from '../../test/raw-client.js';

const soon = (millis: number): Date => new Date(Date.now() + millis);

describe('seen to fail here: timers', () => {
  let broker: TestBroker;
  let bus: Bus;
  let raw: RawClient;

  beforeAll(async () => {
    broker = await testBroker();
    [bus, raw] = await Promise.all([broker.busFor('coordinator'), rawClient(broker.url)]);
  }, 30_000);

  const arm = (subject: string, target: string, millis: number): Promise<unknown> =>
    raw.js.publish(subject, String(millis), {
      headers: withHeaders({ 'Nats-Schedule': `@at ${soon(millis).toISOString()}`, 'Nats-Schedule-Target': target }),
    });

  test('arming a subject again replaces the nearer timer; a subject per arm loses none', async () => {
    const [near, due] = [subjects.timerAt('t', 'same', 1), subjects.timerDue('t', 'same', 1)];
    await arm(near, due, 1_000);
    await arm(near, due, 60_000);
    await arm(subjects.timerAt('t', 'later', 1), subjects.timerDue('t', 'later', 1), 1_050);
    const armed = Array.from({ length: 300 }, (_, i) => i);
    // around the moment in which the one before fires, when its whole subject is purged
    await Promise.all(
      armed.map(async (i) => {
        await bus.schedule(subjects.timerAt('t', `own${i}`, 1), subjects.timerDue('t', `own${i}`, 1), soon(300), '1');
        await new Promise((resolve) => setTimeout(resolve, 240 + Math.random() * 420));
        await bus.schedule(subjects.timerAt('t', `own${i}`, 2), subjects.timerDue('t', `own${i}`, 2), soon(100), '2');
      }),
    );
    const fired = async (arm: number): Promise<number> => (await bus.read('TIMER', subjects.timerDue('t', '*', arm))).length;
    await eventually(async () => (await fired(2)) === armed.length);
    // and the one that was armed after the first
    await eventually(async () => (await fired(1)) === armed.length + 1);
    expect(await bus.last('TIMER', due)).toBeUndefined();
  });

  test('an age limit drops timers silently; TIMER has none', async () => {
    await raw.jsm.streams.add({
      name: 'AGED',
      subjects: ['aged.>'],
      max_age: 100e6,
      allow_msg_schedules: true,
      allow_msg_ttl: true,
      allow_rollup_hdrs: true,
    });
    await arm('aged.at.a', 'aged.due.a', 1_200);
    await bus.schedule(subjects.timerAt('t', 'aged', 1), subjects.timerDue('t', 'aged', 1), soon(1_300), 'ring');
    await eventually(() => bus.last('TIMER', subjects.timerDue('t', 'aged', 1)));
    expect((await raw.jsm.streams.info('AGED')).state.messages).toBe(0);
    const { config } = await raw.jsm.streams.info('TIMER');
    expect(config).toMatchObject({ max_age: 0, storage: 'file' });
  });

  test('a timer that is due while the broker is down fires after it', async () => {
    await bus.schedule(subjects.timerAt('t', 'down', 1), subjects.timerDue('t', 'down', 1), soon(300), 'ring');
    await broker.kill();
    await new Promise((resolve) => setTimeout(resolve, 400));
    await broker.restart();
    await eventually(() => bus.last('TIMER', subjects.timerDue('t', 'down', 1)));
  });
});
