/**
 * `node scripts/precision.mjs FOLDER...`: what the security auditor finds in folders, one JSON a line, without a mesh;
 * last a line with files, seconds and files a second on one core. What docs/precision.md judges was found with it.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { auditFile } from '../apps/agents/security-auditor/dist/domain/audit-file.js';

const LEFT_OUT = /(^|\/)(node_modules|dist|build|\.git|\.waggle|\.nx|coverage)(\/|$)/;
const root = process.cwd();

const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => folder.includes('node_modules') || !LEFT_OUT.test(path.relative(folder, file)))
    .filter((file) => !path.relative(folder, file).includes('node_modules'))
    .filter((file) => statSync(file).size < 1024 * 1024);

let files = 0;
let milliseconds = 0;
for (const folder of process.argv.slice(2)) {
  for (const file of filesOf(path.resolve(folder))) {
    const text = readFileSync(file, 'utf8');
    if (text.includes('\0')) continue;
    const started = process.cpuUsage();
    const { findings } = await auditFile(path.relative(root, file), text);
    const used = process.cpuUsage(started);
    files++;
    milliseconds += (used.user + used.system) / 1000;
    for (const { rule, severity, confidence, file: where, line, message, evidence } of findings)
      console.log(JSON.stringify({ rule, severity, confidence, at: `${where}:${line}`, message, evidence: evidence.lines.join('\n') }));
  }
}
console.log(JSON.stringify({ files, seconds: milliseconds / 1000, perSecond: Math.round(files / (milliseconds / 1000)) }));
