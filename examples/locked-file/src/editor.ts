import { once } from 'node:events';
import { connectBus } from '@waggle/bus';
import { createLocks } from '@waggle/locks';
import { addLine, addLineSafely } from './edit.js';

/** A process of its own: NAME FILE LINES [SERVER]; without a server it takes no locks. Starts when its parent says so. */
const [name = '', file = '', lines = '0', servers] = process.argv.slice(2);

const bus = servers === undefined ? undefined : await connectBus({ servers, me: name, trusted: true });
const locks = bus && createLocks(bus, { tenant: 'example' });
process.send?.('ready');
await once(process, 'message');
for (let i = 1; i <= Number(lines); i++) {
  const line = `${name} ${i}`;
  await (locks ? addLineSafely(locks, file, line) : addLine(file, line));
}
await bus?.close();
process.disconnect();
