import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BUGS, OUTER_BUGS } from './bugs.js';
import { plant, TIGHT } from './planting.js';
import { writeTable, type Caught } from './table.js';
import { virtualGlobals } from './virtual-globals.js';

const clock = process.hrtime.bigint.bind(process.hrtime);
const seconds = (since: bigint): number => Number(clock() - since) / 1e9;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    bug: { type: 'string' },
    bugs: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    undisturbed: { type: 'boolean', default: false },
  },
});

/** Seeds in which a planted mistake must be caught. */
const BUG_SEEDS = 3_000;
const MOST_SHOWN = 10;

const whole = (text: string, name: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} must be a whole number`);
  return number;
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const simulate = async (): Promise<number> => {
  const { bug } = values;
  const planted = BUGS.find(({ name }) => name === bug);
  if (bug !== undefined && !planted && !OUTER_BUGS.some(({ name }) => name === bug)) throw new Error(`no bug is named ${bug}`);
  const first = values.seed === undefined ? 1 : whole(values.seed, 'seed');
  const count = values.seeds === undefined ? (values.seed === undefined ? (bug ? BUG_SEEDS : 300) : 1) : whole(values.seeds, 'seeds');
  const allPlanted = plant([...TIGHT, ...(planted?.patches ?? [])]);
  const { runSeed } = await import('./run-seed.js');
  const { outerBug } = await import('./outer-bugs.js');
  allPlanted();
  // what modules do as they are loaded is done in real time
  virtualGlobals();
  const began = clock();
  const total = { events: 0, deaths: 0, flows: 0, broken: 0 };
  let caught: Omit<Caught, 'name' | 'title'> | undefined;
  for (let seed = first; seed < first + count; seed++) {
    const run = await runSeed(seed, { ...outerBug(bug), undisturbed: values.undisturbed, ...(values.trace ? { trace: say } : {}) });
    total.events += run.events;
    total.deaths += run.deaths;
    total.flows += run.flows;
    const [found] = run.violations;
    if (found === undefined) continue;
    total.broken++;
    caught ??= { invariant: found.invariant, seeds: seed - first + 1, what: found.what };
    say(`seed ${seed} is broken: npm run simulate -- --seed ${seed} --trace${bug ? ` --bug ${bug}` : ''}`);
    for (const { invariant, flowId, at, what } of run.violations.slice(0, 5))
      say(`  ${invariant} ${flowId} at ${at.toFixed(1)} ms: ${what}`);
    if (bug !== undefined || total.broken >= MOST_SHOWN) break;
  }
  const took = seconds(began);
  say(JSON.stringify({ first, count, ...total, ...(caught ? { caught } : {}), seconds: Number(took.toFixed(1)) }));
  if (bug === undefined) return total.broken > 0 ? 1 : 0;
  return caught ? 0 : 1;
};

/** Each mistake in a process of its own. */
const tryBug = async (name: string): Promise<Omit<Caught, 'name' | 'title'> | undefined> => {
  const seeds = values.seeds ?? String(BUG_SEEDS);
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--bug', name, '--seeds', seeds], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => child.once('close', resolve));
  const last = Buffer.concat(chunks).toString('utf8').trim().split('\n').at(-1) ?? '';
  try {
    return (JSON.parse(last) as { caught?: Omit<Caught, 'name' | 'title'> }).caught;
  } catch {
    return undefined;
  }
};

const tryBugs = async (): Promise<number> => {
  const found: Caught[] = [];
  for (const { name, title } of [...BUGS, ...OUTER_BUGS]) {
    const caught = await tryBug(name);
    say(caught ? `${name}: ${caught.invariant} after ${caught.seeds} seeds: ${caught.what}` : `${name}: NOT CAUGHT`);
    found.push({ name, title, ...(caught ?? { invariant: '', seeds: 0, what: '' }) });
  }
  if (values.write) await writeTable(found);
  return found.every(({ seeds }) => seeds > 0) ? 0 : 1;
};

process.exitCode = values.bugs ? await tryBugs() : await simulate();
