/**
 * What the service in the middle of shared memory costs: writes and reads straight on the bucket beside those through the
 * service, one after another, interleaved. `node test/bench/memory.mjs [writes]`, after a build.
 */
import { agentManifest } from '@waggle/bus';
import { Sessions } from '@waggle/memory';
import { startService } from '@waggle/service';
import { service } from '@waggle/sessions';
import { runCleanup, testBroker } from '@waggle/testkit';

const writes = Number(process.argv[2] ?? 400);
const ROUNDS = 5;
const core = { name: 'direct', kind: 'core', buckets: { MEMORY: { write: ['>'] } } };

const broker = await testBroker({ secure: true, manifests: [service.manifest, core, agentManifest('ada')] });
const running = await startService(service, { servers: broker.url, seed: broker.keys.sessions.seed, logLevel: 'error' });
const bucket = (await broker.busFor('direct')).bucket('MEMORY');
const session = new Sessions(await broker.busFor('ada'), { tenant: 't1' }).session('bench');
const { memory } = session;
const value = { text: 'x'.repeat(200) };

let revision = 0;
const kinds = {
  'write, straight to the bucket': async () => {
    ({ sequence: revision } = await bucket.put('t1.direct.key.k', JSON.stringify({ value }), { expect: revision }));
  },
  'write, asked of the service': () => memory.set('k', value),
  'read, from the bucket': () => memory.get('k'),
  'read, asked of the service (forceSync)': () => memory.forceSync('k'),
};

const times = new Map(Object.keys(kinds).map((name) => [name, []]));
for (let round = -1; round < ROUNDS; round++) {
  for (const [name, work] of Object.entries(kinds)) {
    for (let i = 0; i < writes / ROUNDS; i++) {
      const began = performance.now();
      await work();
      if (round >= 0) times.get(name).push(performance.now() - began);
    }
  }
}
const at = (sorted, part) => sorted[Math.floor(sorted.length * part)].toFixed(2);
for (const [name, all] of times) {
  const sorted = all.sort((a, b) => a - b);
  console.log(`${name}: p50 ${at(sorted, 0.5)} ms, p95 ${at(sorted, 0.95)} ms`);
}
for (const [name, work] of [
  ['straight to the bucket', (i) => bucket.put(`t1.direct.key.n${i}`, JSON.stringify({ value }))],
  ['asked of the service', (i) => memory.set(`n${i}`, value)],
]) {
  const began = performance.now();
  for (let i = 0; i < writes; i += 64) await Promise.all(Array.from({ length: 64 }, (_, n) => work(i + n)));
  console.log(`64 at once, ${name}: ${Math.round((Math.ceil(writes / 64) * 64) / ((performance.now() - began) / 1_000))} writes/s`);
}
await running.stop();
await runCleanup();
