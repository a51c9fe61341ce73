// Publish and take round trips of the bus beside the stock client, on one broker. Run: node libs/bus/test/round-trips.bench.mjs (after tsc -b)
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { agentManifest } from '@waggle/bus';
import { runCleanup, testBroker } from '@waggle/testkit';

const BODY = JSON.stringify({ pad: 'x'.repeat(280) });
const broker = await testBroker({ manifests: [agentManifest('a'), agentManifest('b')] });
const bus = await broker.busFor('bench');
const nc = await connect({ servers: broker.url });
const js = jetstream(nc);

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const alone = async (count, once) => {
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await once(i);
    times.push(performance.now() - start);
  }
  return median(times);
};
const together = async (count, width, once) => {
  let next = 0;
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) await once(next++);
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  return { rate: count / ((performance.now() - start) / 1000), cpu: (user + system) / count };
};
let n = 0;
const ways = {
  bus: () => bus.publish(`wg.t.result.a.f${n++}.x.1`, BODY),
  'bus, expecting 0': () => bus.publishOnce('RESULT', `wg.t.result.a.f${n++}.x.1`, BODY),
  'js.publish': () => js.publish(`wg.t.result.a.f${n++}.x.1`, BODY),
};
const rounds = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
for (let round = 0; round < 4; round++) {
  for (const [way, once] of Object.entries(ways)) {
    const lone = await alone(500, once);
    const many = await together(10_000, 128, once);
    if (round > 0) rounds[way].push({ lone, ...many });
  }
}
for (const [way, all] of Object.entries(rounds)) {
  const of = (key) => median(all.map((round) => round[key]));
  console.log(
    `publish, ${way}: alone ${of('lone').toFixed(3)} ms; 128 in flight ${Math.round(of('rate'))}/s, ${of('cpu').toFixed(0)} us CPU of the client`,
  );
}

const queue = await bus.queue('TASK', 'a-normal');
const stock = await js.consumers.get('TASK', 'b-normal');
const dispatch = (agent) => bus.publishOnce('TASK', `wg.t.task.${agent}.normal.f.t${n++}.1`, BODY);
const takes = {
  'bus.take(1)': async () => {
    const taking = queue.take(1, { wait: 5_000 });
    await dispatch('a');
    (await taking)[0].ack();
  },
  'consumer.next()': async () => {
    const taking = stock.next({ expires: 5_000 });
    await dispatch('b');
    (await taking).ack();
  },
};
for (const [way, once] of Object.entries(takes)) {
  await alone(100, once);
  console.log(`store and take, ${way}: ${(await alone(500, once)).toFixed(3)} ms`);
}
for (const [way, agent, start] of [
  ['bus.consume', 'a', async (handler) => queue.consume(handler, { maxInFlight: 256 })],
  ['consumer.consume', 'b', async (callback) => stock.consume({ max_messages: 256, callback })],
]) {
  const N = 10_000;
  await together(N, 128, () => dispatch(agent));
  const [cpu, from] = [process.cpuUsage(), performance.now()];
  let seen = 0;
  const all = Promise.withResolvers();
  const stop = await start((message) => {
    message.ack();
    if (++seen === N) all.resolve();
  });
  await all.promise;
  const { user, system } = process.cpuUsage(cpu);
  console.log(`${way}: ${Math.round(N / ((performance.now() - from) / 1000))}/s, ${((user + system) / N).toFixed(0)} us CPU of the client`);
  await (stop.stop?.() ?? stop.close());
}
await nc.close();
await runCleanup();
process.exit(0);
