import 'reflect-metadata';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { subjects, WaggleError } from '@waggle/protocol';
import { eventually, testBroker, type TestBroker } from '@waggle/testkit';
import { agentManifest } from '../permissions/factories.js';
import type { Bus, Delivery } from '../port.js';
import { FromQueue } from './from-queue.js';
import { JetStreamServer } from './jetstream-server.js';

const seen: { body: { do: string }; deliveries: number }[] = [];
let working = 0;
let most = 0;
let release: () => void = () => undefined;

@Controller()
class Tasks {
  @FromQueue({ stream: 'TASK', consumer: 'echo-normal', slots: 2 })
  async task(@Payload() body: { do: string }, @Ctx() delivery: Delivery): Promise<void> {
    seen.push({ body, deliveries: delivery.deliveries });
    most = Math.max(most, ++working);
    try {
      if (body.do === 'fail once' && delivery.deliveries === 1) throw new Error('not yet');
      if (body.do === 'never') throw new WaggleError('INVALID_INPUT', 'it can never succeed');
      if (body.do === 'wait') await new Promise<void>((resolve) => (release = resolve));
    } finally {
      working--;
    }
  }
}

@Module({ controllers: [Tasks] })
class TasksModule {}

describe('JetStream as a Nest transport', () => {
  let broker: TestBroker;
  let bus: Bus;
  let app: INestMicroservice;
  let n = 0;
  const dispatch = (what: string): Promise<unknown> =>
    bus.publishOnce(
      'TASK',
      subjects.task('t', 'echo', 'normal', 'f', `t${n++}`, 1),
      what.startsWith('{') ? what : JSON.stringify({ do: what }),
    );
  const unsettled = async (): Promise<number> => {
    const queue = await bus.queue('TASK', 'echo-normal');
    return (await queue.take(10)).length;
  };

  beforeAll(async () => {
    broker = await testBroker({ manifests: [agentManifest('echo')] });
    bus = await broker.busFor('echo');
  }, 30_000);

  beforeEach(async () => {
    seen.length = 0;
    most = 0;
    app = await NestFactory.createMicroservice(TasksModule, {
      strategy: new JetStreamServer({ bus, drain: 300, log: () => undefined }),
      logger: false,
    });
    await app.listen();
  });

  afterEach(() => app.close());

  test('acknowledges what was handled, and brings back what failed', async () => {
    await dispatch('fail once');
    await eventually(() => seen.length === 2);
    expect(seen.map(({ deliveries }) => deliveries)).toEqual([1, 2]);
    await app.close();
    expect(await unsettled()).toBe(0);
  });

  test('ends what can never succeed, and what is no JSON', async () => {
    await dispatch('never');
    await dispatch('{ this is no json');
    await dispatch('fine');
    await eventually(() => seen.some(({ body }) => body.do === 'fine'));
    expect(seen.filter(({ body }) => body.do === 'never')).toHaveLength(1);
    expect(seen).toHaveLength(2);
  });

  test('has no more at work than its slots', async () => {
    for (let i = 0; i < 50; i++) await dispatch('work');
    await eventually(() => seen.length === 50);
    expect(most).toBeLessThanOrEqual(2);
  });

  test('at close, waits for what is at work and hands back what takes too long', async () => {
    await dispatch('wait');
    await eventually(() => seen.length === 1);
    await app.close();
    const [again] = await (await bus.queue('TASK', 'echo-normal')).take(1, { wait: 2_000 });
    expect(again?.deliveries).toBe(2);
    again!.ack();
    release();
  });
});
