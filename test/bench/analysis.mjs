// How fast code is analysed on one core, and how much of that is the parsers': node test/bench/analysis.mjs [folder] [rounds]
// Without a mesh: what the tech debt tracker does to each file of a folder, read beforehand.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isTestData, languageOf, parse, tokenize } from '@waggle/analysis';
import { analyzeFile } from '../../apps/agents/tech-debt-tracker/dist/domain/analyze-file.js';
import { DuplicateSearch } from '../../apps/agents/tech-debt-tracker/dist/domain/duplicate-search.js';

const [folder = '.', rounds = '3'] = process.argv.slice(2);
const files = execFileSync('git', ['-C', folder, 'ls-files', '-z'], { encoding: 'utf8', maxBuffer: 1 << 28 })
  .split('\0')
  .filter((path) => path !== '' && languageOf(path) !== undefined && !isTestData(path))
  .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
const bytes = files.reduce((sum, { text }) => sum + text.length, 0);

/** Seconds of wall and of processor (all threads) that some work takes. */
const timed = async (work) => {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: (performance.now() - began) / 1e3, cpu: (user + system) / 1e6 };
};
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

const jobs = {
  parse: async () => {
    for (const { path, text } of files) await parse(languageOf(path), text);
  },
  analyse: async () => {
    for (const { path, text } of files) await analyzeFile(path, text);
  },
  duplicates: async () => {
    const search = new DuplicateSearch();
    for (const { path, text } of files) search.add(path, text);
    search.groups();
  },
  cut: async () => {
    for (const { path, text } of files) tokenize(languageOf(path), text);
  },
};
const runs = Object.fromEntries(Object.keys(jobs).map((name) => [name, []]));
for (let round = 0; round <= Number(rounds); round++)
  for (const [name, work] of Object.entries(jobs)) {
    const time = await timed(work);
    if (round > 0) runs[name].push(time);
  }
console.log(`${files.length} files, ${(bytes / 1e6).toFixed(1)} MB, median of ${rounds} rounds`);
for (const [name, times] of Object.entries(runs)) {
  const cpu = median(times.map((each) => each.cpu));
  console.log(
    `${name}: ${cpu.toFixed(2)} s of processor, ${Math.round(files.length / cpu)} files/s a core, ${(bytes / 1e6 / cpu).toFixed(1)} MB/s (wall ${median(times.map((each) => each.wall)).toFixed(2)} s)`,
  );
}
const [parsing, whole] = [runs.parse, runs.analyse].map((times) => median(times.map((each) => each.cpu)));
console.log(`parsers' share of the analysis: ${Math.round((100 * parsing) / whole)} %`);
