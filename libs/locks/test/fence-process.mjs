// Holds many locks and writes under their fences when told to; stopped and woken by the test in between.
import { connectBus } from '@waggle/bus';
import { createLocks } from '@waggle/locks';

const { url, name, seed, manifest, scopes, ttl } = JSON.parse(process.env.FENCE);
const bus = await connectBus({ servers: url, me: name, seed, manifest });
const locks = createLocks(bus, { tenant: 't' });
const held = await Promise.all(scopes.map((scope) => locks.acquire(scope, { ttl, wait: 60_000 })));
const places = held.map((lock, i) => lock.fenced({ bucket: 'MEMORY', key: `t.fence.${scopes[i]}` }));
// as a program that does not look at its signal: what it read is what it writes upon
await Promise.all(places.map((place) => place.read()));
process.send({ held: held.map(({ token }) => token) });

process.on('message', async () => {
  const ends = await Promise.allSettled(places.map((place) => place.write(`by ${name}`)));
  const written = ends.filter(({ status }) => status === 'fulfilled').length;
  const codes = ends.flatMap(({ reason }) => (reason ? [reason.code] : []));
  const believed = held.filter((lock) => lock.held).length;
  process.send({ written, codes: [...new Set(codes)], refused: codes.length, believed });
});
