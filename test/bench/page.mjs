/** Writes what was measured between the markers of its kind in docs/benchmarks.md. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

const page = new URL('../../docs/benchmarks.md', import.meta.url);

export const writeIntoPage = (kind, text) => {
  const [open, close] = [`<!-- ${kind} -->`, `<!-- /${kind} -->`];
  const whole = readFileSync(page, 'utf8');
  const [from, to] = [whole.indexOf(open), whole.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md has no place for ${kind}`);
  writeFileSync(page, `${whole.slice(0, from + open.length)}\n\n${text}\n\n${whole.slice(to)}`);
};

/** The machine, what ran on it, and how busy it was, in a sentence. */
export const machine = (binary) => {
  const server = /v[\d.]+/.exec(execFileSync(binary, ['--version'], { encoding: 'utf8' }))?.[0] ?? '';
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${memory} GB, Node ${process.version}, nats-server ${server}, loopback, file storage; load average over the last 5 minutes ${loadavg()[1].toFixed(1)}.`;
};
