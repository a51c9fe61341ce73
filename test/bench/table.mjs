/** Rounds of figures as a table of their medians, and of the medians of ratios within a round. */
import { median } from './measure.mjs';

const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));
const shown = {
  ms: (value) => `${digits(value)} ms`,
  rate: (value) => `${(value / 1000).toFixed(1)} k/s`,
  us: (value) => `${value.toFixed(0)} us`,
};

const flows = 'mesh';

/** `goal`: the bound of the ratio to `to`; for rates the least, for times the most. `mine`: of Waggle's own parts, of no use beside others. */
const ROWS = [
  { job: 'agent runtime alone, p50', unit: 'ms', who: 'agent', of: (r) => r.one.p50, to: 'w2', goal: 1.2 },
  { job: 'agent runtime alone, p99', unit: 'ms', who: 'agent', of: (r) => r.one.p99, w2: (r) => r.one.p99, to: 'w2' },
  { job: 'agent runtime alone, 128 in flight', unit: 'rate', who: 'agent', of: (r) => r.rate.rate, to: 'w2', goal: 0.9 },
  { job: 'the same, CPU a task', unit: 'us', who: 'agent', of: (r) => r.rate.cpuUs, to: 'w2' },
  { job: 'one task through the engine, p50', unit: 'ms', who: flows, of: (r) => r.one.p50, to: 'recipe', goal: 1.25 },
  { job: 'one task through the engine, p99', unit: 'ms', who: flows, of: (r) => r.one.p99, w2: (r) => r.one.p99, to: 'recipe' },
  { job: 'one task by @waggle/client, p50', unit: 'ms', who: flows, of: (r) => r.client.p50, to: 'recipe', mine: true },
  { job: 'one task, 128 in flight', unit: 'rate', who: flows, of: (r) => r.rate.rate, to: 'recipe', goal: 0.8 },
  { job: 'the same, CPU a task', unit: 'us', who: flows, of: (r) => r.rate.cpuUs, to: 'recipe', goal: 1.25 },
  { job: '3 steps in sequence, p50', unit: 'ms', who: flows, of: (r) => r.steps3.p50, to: 'recipe', goal: 1.25 },
  { job: '3 steps in sequence, p99', unit: 'ms', who: flows, of: (r) => r.steps3.p99, w2: (r) => r.one.p99, to: 'recipe' },
  { job: 'fan-out 100, p50', unit: 'ms', who: flows, of: (r) => r.fan100.p50, to: 'recipe', goal: 1.25 },
  { job: 'DAG 10x10, p50', unit: 'ms', who: flows, of: (r) => r.dag.p50, to: 'recipe', goal: 1.25 },
  { job: '20 DAGs at once, tasks', unit: 'rate', who: flows, of: (r) => r.dags.rate, to: 'recipe', goal: 0.8 },
  { job: 'the same, CPU a task', unit: 'us', who: flows, of: (r) => r.dags.cpuUs, to: 'recipe', goal: 1.25 },
];

/** What of W2 stands beside a row that names nothing else. */
const w2Of = { ms: (r) => r.one.p50, rate: (r) => r.rate.rate, us: (r) => r.rate.cpuUs };

const verdict = ({ unit, goal }, ratio) => {
  if (goal === undefined) return '';
  const part = unit === 'rate' ? ratio / goal : goal / ratio;
  const text = `${unit === 'rate' ? '≥' : '≤'} ${goal}`;
  return part >= 1 ? `${text}: met` : part >= 0.5 ? `${text}: within twice` : `${text}: missed`;
};

const over = (rounds, value) => median(rounds.map(value));

/** Of `[{ w2, recipe, agent, mesh }, …]`. */
export const tableOf = (rounds) => {
  const lines = ['| job | W2 | recipe | Waggle | to W2 | to the recipe | goal |', '|---|---|---|---|---|---|---|'];
  for (const row of ROWS) {
    const w2 = (round) => (row.w2 ?? w2Of[row.unit])(round.w2);
    const mine = (round) => row.of(round[row.who]);
    const show = (value) => shown[row.unit](over(rounds, value));
    const toW2 = over(rounds, (round) => mine(round) / w2(round));
    const cells = [row.job, show(w2), '', show(mine), `${toW2.toFixed(2)} x`, '', row.to === 'w2' ? verdict(row, toW2) : ''];
    if (row.who === flows) {
      const recipe = (round) => row.of(round.recipe);
      const toRecipe = over(rounds, (round) => mine(round) / recipe(round));
      cells[2] = show(recipe);
      cells[5] = `${toRecipe.toFixed(2)} x`;
      if (row.to === 'recipe') cells[6] = verdict(row, toRecipe);
    }
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
};

/** Waggle and others, of `[{ mesh, peers: { [name]: … } }, …]`: with each figure of another the ratio of Waggle's to it. */
export const peersTableOf = (rounds, names) => {
  const lines = [`| job | Waggle | ${names.join(' | ')} |`, `|${'---|'.repeat(names.length + 2)}`];
  for (const { job, unit, of } of ROWS.filter(({ who, mine }) => who === flows && !mine)) {
    const show = (value) => shown[unit](over(rounds, value));
    const beside = names.map((name) => {
      const ratio = over(rounds, (round) => of(round.mesh) / of(round.peers[name]));
      return `${show((round) => of(round.peers[name]))} (${ratio.toFixed(2)} x)`;
    });
    lines.push(`| ${[job, show((round) => of(round.mesh)), ...beside].join(' | ')} |`);
  }
  return lines.join('\n');
};
