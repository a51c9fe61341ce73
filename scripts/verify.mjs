/** `npm run verify`: what CI runs, in the order of what fails fastest. Ends with a line that counts the checks. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageBin, root, run, runNode } from './run.mjs';

const jestArgs = ['--ci', '--silent'];

/** The demo on this repository must end in a report that says something and is whole. */
const checkReport = () => {
  const report = path.join(root, '.waggle', 'report');
  const json = JSON.parse(readFileSync(path.join(report, 'report.json'), 'utf8'));
  const sarif = JSON.parse(readFileSync(path.join(report, 'report.sarif'), 'utf8'));
  const html = readFileSync(path.join(report, 'report.html'), 'utf8');
  const problems = [
    [json.findings.length > 0, 'report.json holds no finding'],
    [json.workspace.analysed > 50, 'fewer than 50 files were analysed'],
    [json.workspace.analysed + json.notAnalysed.length >= json.workspace.files, 'a file is neither analysed nor named as not analysed'],
    [sarif.version === '2.1.0' && sarif.runs[0].results.length === json.findings.length, 'report.sarif and report.json differ'],
    [html.includes('</html>') && html.length > 10_000, 'report.html is not whole'],
  ].flatMap(([holds, text]) => (holds ? [] : [text]));
  for (const text of problems) console.error(text);
  return problems.length ? 1 : 0;
};

const checks = [
  ['build', () => run('tsc', ['-b'])],
  ['format', () => runNode(packageBin('prettier', 'bin/prettier.cjs'), ['--check', '--log-level', 'warn', '.'])],
  ['lint', () => runNode(packageBin('eslint', 'bin/eslint.js'), ['.', '--max-warnings', '0'])],
  [
    'boundaries',
    () =>
      runNode(packageBin('dependency-cruiser', 'bin/dependency-cruiser.mjs'), [
        '--config',
        '.dependency-cruiser.mjs',
        'libs',
        'apps',
        'examples',
      ]),
  ],
  ['types of tests', () => run('tsc', ['-p', 'tsconfig.spec.json'])],
  ['generated files', () => runNode('scripts/generate.mjs', ['--check'])],
  ['examples', () => runNode('scripts/examples.mjs', [])],
  ['tests', () => run('npm', ['test', '--', ...jestArgs])],
  ['demo', () => run('npm', ['run', '--silent', 'demo'])],
  ['report', checkReport],
];

const wanted = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const [name, check] of checks) {
  if (wanted.length && !wanted.includes(name)) continue;
  const began = Date.now();
  console.log(`\n--- ${name}`);
  let status;
  try {
    status = check();
  } catch (error) {
    console.error(error);
    status = 1;
  }
  if (status === 0) passed++;
  else failed++;
  console.log(`--- ${name}: ${status === 0 ? 'ok' : 'FAILED'} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}
console.log(`\nchecks: ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
