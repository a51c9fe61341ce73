/**
 * `node scripts/precision-sample.mjs [--seed TEXT] [--count N] FOLDER...`: what both specialists find at `high` and
 * above in folders of others' code, without a mesh; of that N findings in an order that the seed alone decides, one JSON
 * a line, for docs/audit-precision-sample.md. Code that stands in several places (builds of one package) counts once.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { auditFile } from '../apps/agents/security-auditor/dist/domain/audit-file.js';
import { analyzeFile } from '../apps/agents/tech-debt-tracker/dist/domain/analyze-file.js';

const { values, positionals } = parseArgs({
  options: { seed: { type: 'string', default: 'waggle' }, count: { type: 'string', default: '50' } },
  allowPositionals: true,
});
const BAD = new Set(['high', 'critical']);
const MOST_BYTES = 1024 * 1024;

const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !/(^|\/)(node_modules|dist-info|\.git)\//.test(file))
    .sort();

const sha = (text) => createHash('sha256').update(text).digest('hex');
const found = new Map();
const unjudged = new Map();
let files = 0;
for (const folder of positionals) {
  const name = path.basename(path.resolve(folder));
  for (const file of filesOf(folder)) {
    const full = path.join(folder, file);
    if (statSync(full).size > MOST_BYTES) continue;
    const text = readFileSync(full, 'utf8');
    if (text.includes('\0') || text.includes('\ufffd')) continue;
    files++;
    const debt = await analyzeFile(file, text);
    if ('skipped' in debt) unjudged.set(debt.skipped, (unjudged.get(debt.skipped) ?? 0) + 1);
    const { findings } = await auditFile(file, text);
    for (const { rule, severity, line, message, evidence } of [...(debt.findings ?? []), ...findings]) {
      if (!BAD.has(severity)) continue;
      const key = sha(`${rule}\n${message}\n${evidence.lines.join('\n')}`);
      if (!found.has(key)) found.set(key, { at: `${name}/${file}:${line}`, rule, severity, message });
    }
  }
}
const order = ({ at }) => sha(`${values.seed}\n${at}`);
const sample = [...found.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1)).slice(0, Number(values.count));
for (const one of sample) console.log(JSON.stringify(one));
console.error(JSON.stringify({ files, findings: found.size, unjudged: Object.fromEntries(unjudged) }));
