/** Loaded into every Node process of a jittered run: half of them begin late, and each stands still now and then. */
import { isMainThread } from 'node:worker_threads';
import { stall, untilNext } from './stalls.mjs';

const LATE = 1_500;

const scale = Number(process.env.WAGGLE_JITTER);
const cell = new Int32Array(new SharedArrayBuffer(4));
const standStill = (millis) => void Atomics.wait(cell, 0, 0, millis);

const again = () => {
  setTimeout(() => {
    standStill(stall(scale));
    again();
  }, untilNext()).unref();
};

if (isMainThread && scale > 0) {
  if (Math.random() < 0.5) standStill(Math.random() * LATE * scale);
  again();
}
