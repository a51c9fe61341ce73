import { parseArgs } from 'node:util';
import { virtualGlobals } from './virtual-globals.js';

const wallClock = process.hrtime.bigint.bind(process.hrtime);
const seconds = (since: bigint): number => Number(wallClock() - since) / 1e9;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    seed: { type: 'string' },
    bug: { type: 'string' },
    trace: { type: 'boolean', default: false },
    undisturbed: { type: 'boolean', default: false },
  },
});

const whole = (text: string, name: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} must be a whole number`);
  return number;
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const main = async (): Promise<number> => {
  const first = values.seed === undefined ? 1 : whole(values.seed, 'seed');
  const count = values.seed !== undefined && values.seeds === '300' ? 1 : whole(values.seeds, 'seeds');
  const { runSeed } = await import('./run-seed.js');
  // what modules do as they are loaded is done in real time
  virtualGlobals();
  const began = wallClock();
  const total = { events: 0, deaths: 0, flows: 0, broken: 0 };
  for (let seed = first; seed < first + count; seed++) {
    const run = await runSeed(seed, { undisturbed: values.undisturbed, ...(values.trace ? { trace: say } : {}) });
    total.events += run.events;
    total.deaths += run.deaths;
    total.flows += run.flows;
    if (run.violations.length === 0) continue;
    total.broken++;
    say(`seed ${seed} is broken: npm run simulate -- --seed ${seed} --trace${values.bug ? ` --bug ${values.bug}` : ''}`);
    for (const { invariant, flowId, at, what } of run.violations.slice(0, 5))
      say(`  ${invariant} ${flowId} at ${at.toFixed(1)} ms: ${what}`);
    if (total.broken >= 10) break;
  }
  const took = seconds(began);
  say(
    JSON.stringify({
      seeds: count,
      first,
      ...total,
      seconds: Number(took.toFixed(1)),
      msPerSeed: Number(((took * 1_000) / count).toFixed(1)),
    }),
  );
  return total.broken > 0 ? 1 : 0;
};

process.exitCode = await main();
