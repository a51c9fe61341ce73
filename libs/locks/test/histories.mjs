/**
 * `npm run locks:check [-- --histories N] [--fault NAME|all] [--only MISHAP] [--keep]`: processes take locks on a real broker while they
 * are killed, stopped, cut off and told wrong times, and the broker is killed; then every history is checked. With
 * `--fault` the library is given that fault, and the command succeeds when the checker catches it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCleanup, testBroker } from '@waggle/testkit';
import { checkScope } from './histories/check.mjs';
import { faultNames } from './histories/faults.mjs';
import { round } from './histories/round.mjs';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '2000' },
    scopes: { type: 'string', default: '40' },
    seconds: { type: 'string', default: '9' },
    processes: { type: 'string', default: '3' },
    fault: { type: 'string' },
    only: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const whole = (name) => {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a whole number of at least 1`);
  return value;
};
const [histories, scopes, seconds, processes] = ['histories', 'scopes', 'seconds', 'processes'].map(whole);
const faults = values.fault === 'all' ? faultNames : [values.fault];
for (const fault of faults)
  if (fault !== undefined && !faultNames.includes(fault)) throw new Error(`--fault takes all, ${faultNames.join(', ')}`);

const dir = await mkdtemp(join(tmpdir(), 'waggle-histories-'));
const broker = await testBroker();
const observer = await broker.busFor('observer', { onFatal: () => undefined });
let run = 0;

/** Rounds until so many histories are checked, or until something is wrong. */
const check = async (wanted, fault) => {
  const counts = {};
  const total = { histories: 0, operations: 0, records: 0, wrong: [] };
  const began = Date.now();
  for (let n = 0; total.histories < wanted && total.wrong.length === 0; n++) {
    // some faults show best when nothing else happens
    const calm = fault !== undefined && n % 2 === 0;
    const found = await round({
      broker,
      observer,
      dir,
      run: run++,
      seconds,
      scopes: Math.min(scopes, wanted),
      processes,
      fault,
      counts,
      only: values.only,
      calm,
    });
    for (const history of found) {
      total.histories++;
      total.operations += history.events.filter(({ e }) => e === 'ask').length;
      total.records += history.records.length;
      const wrong = checkScope(history);
      total.wrong.push(...wrong);
      if (wrong.length > 0 && values.keep) {
        const { events, records } = history;
        await writeFile(join(dir, `${history.scope}.json`), JSON.stringify({ wrong, events, records }, null, 1));
      }
    }
    console.error(`${total.histories} histories, ${total.operations} operations, ${((Date.now() - began) / 1_000).toFixed(0)} s`);
  }
  return { ...total, counts, seconds: (Date.now() - began) / 1_000 };
};

let failed = false;
for (const fault of faults) {
  const { wrong, counts, ...total } = await check(histories, fault);
  const befell = Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
  console.log(
    `${fault ?? 'the library as it is'}: ${total.histories} histories with ${total.operations} operations and ${total.records} writes in ${total.seconds.toFixed(0)} s (${befell})`,
  );
  const rules = Map.groupBy(wrong, ({ rule }) => rule);
  for (const [rule, list] of rules) console.log(`  ${list.length} x ${rule}: ${list[0].scope}: ${list[0].text}`);
  if (fault === undefined ? wrong.length > 0 : wrong.length === 0) failed = true;
  if (fault !== undefined) console.log(wrong.length > 0 ? '  caught' : '  NOT CAUGHT');
  else if (wrong.length === 0) console.log('  nothing wrong: exclusion, tokens, turns, wake-ups, releases, refusals and fences hold');
}
await runCleanup();
if (values.keep) console.log(`kept in ${dir}`);
else await rm(dir, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
