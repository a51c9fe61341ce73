/** Finds or builds the broker that the tests run on, so that no test pays for it. */
import path from 'node:path';
import { findBroker } from '../libs/broker/dist/index.js';
import { root } from './run.mjs';

const broker = await findBroker({ cacheDir: path.join(root, '.waggle', 'bin'), onProgress: (line) => console.log(line) });
console.log(`nats-server ${broker.version} (${broker.how})`);
