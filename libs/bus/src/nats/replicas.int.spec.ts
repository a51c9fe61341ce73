import { inputConsumer, subjects, taskConsumer } from '@waggle/protocol';
import { eventually, testBroker, type TestBroker } from '@waggle/testkit';
import { agentManifest, type Bus, type Manifest } from '../index.js';

const WORKER = agentManifest('worker');
const COORDINATOR: Manifest = { name: 'coordinator', kind: 'core', publishes: ['task'], consumes: [{ stream: 'INPUT', consumers: ['*'] }] };
const CLIENT: Manifest = { name: 'client', kind: 'client', tenant: 'default', publishes: ['submit'] };
const MANY = 50;

/** Instances of one service have one name and one key, and so one inbox prefix: none may hear what another asked for. */
describe('two instances of a service', () => {
  let broker: TestBroker;
  let coordinators: Bus[];

  beforeAll(async () => {
    broker = await testBroker({ secure: true, manifests: [COORDINATOR, WORKER, CLIENT] });
    coordinators = [await broker.busFor(COORDINATOR), await broker.busFor(COORDINATOR)];
  });

  it('each take tasks that the other does not get', async () => {
    const workers = [await broker.busFor(WORKER), await broker.busFor(WORKER)];
    const queues = await Promise.all(workers.map((worker) => worker.queue('TASK', taskConsumer('worker', 'normal'))));
    const got: string[] = [];
    const taking = queues.map(async (queue) => {
      while (got.length < MANY) {
        for (const delivery of await queue.take(1, { wait: 200 })) {
          got.push(delivery.subject);
          delivery.ack();
        }
      }
    });
    for (let n = 0; n < MANY; n++)
      await coordinators[0]!.publishOnce('TASK', subjects.task('default', 'worker', 'normal', `f${n}`, 't', 1), '{}');
    await Promise.all(taking);
    expect(new Set(got).size).toBe(MANY);
    expect(got).toHaveLength(MANY);
  });

  it('each consume inputs that the other does not get', async () => {
    // the first time, that is: what a busy machine does not acknowledge within a second comes again, to either
    const got: string[] = [];
    const seen = new Set<string>();
    const subscriptions = await Promise.all(
      coordinators.map(async (coordinator) => {
        const queues = await Promise.all(Array.from({ length: 8 }, (_, partition) => coordinator.queue('INPUT', inputConsumer(partition))));
        return Promise.all(
          queues.map((queue) =>
            queue.consume(
              (delivery) => {
                seen.add(delivery.subject);
                if (delivery.deliveries === 1) got.push(delivery.subject);
                delivery.ack();
              },
              { maxInFlight: 1 },
            ),
          ),
        );
      }),
    );
    const client = await broker.busFor(CLIENT);
    for (let n = 0; n < MANY; n++) await client.publishOnce('SUBMIT', subjects.submit('default', 'client', `f${n}`), '{}');
    await eventually(() => seen.size === MANY);
    await Promise.all(subscriptions.flat().map((subscription) => subscription.stop()));
    expect(got).toHaveLength(new Set(got).size);
  });
});
