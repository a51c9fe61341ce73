// How fast code is analysed on one core, and how much of that is the parsers': node test/bench/analysis.mjs [folder] [rounds]
// Without a mesh: what the tech debt tracker (debt), the security auditor (security) and both one after the other do to each
// file of a folder, read beforehand. Each agent parses for itself, for they run in processes of their own.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtInRules, concerning, isTestData, languageOf, parse, tokenize } from '@waggle/analysis';
import { auditFile } from '../../apps/agents/security-auditor/dist/domain/audit-file.js';
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
  // The security auditor parses only what a rule asks about.
  asked: async () => {
    for (const { path, text } of files) {
      const language = languageOf(path);
      if (concerning(builtInRules(), { language, text }).length > 0) await parse(language, text);
    }
  },
  debt: async () => {
    for (const { path, text } of files) await analyzeFile(path, text);
  },
  security: async () => {
    for (const { path, text } of files) await auditFile(path, text);
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
const cpuOf = Object.fromEntries(Object.entries(runs).map(([name, times]) => [name, median(times.map(({ cpu }) => cpu))]));
const row = (name, cpu) =>
  `${name}: ${cpu.toFixed(2)} s of processor, ${Math.round(files.length / cpu)} files/s a core, ${(bytes / 1e6 / cpu).toFixed(1)} MB/s`;
const share = (parsers, cpu) => `, of which the parsers ${Math.round((100 * parsers) / cpu)} %`;
const both = cpuOf.debt + cpuOf.security;
console.log(row('parse', cpuOf.parse));
console.log(`${row('debt', cpuOf.debt)}${share(cpuOf.parse, cpuOf.debt)}`);
console.log(`${row('security', cpuOf.security)}${share(cpuOf.asked, cpuOf.security)}`);
console.log(`${row('both', both)}${share(cpuOf.parse + cpuOf.asked, both)}`);
console.log(row('duplicates', cpuOf.duplicates));
console.log(row('cut', cpuOf.cut));
