/** `npm run generate`: writes what is made from the code. `-- --check` writes nothing and exits 1 with the list of what differs. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as protocol from '../libs/protocol/dist/index.js';
import { generatedFiles, generatedFolders } from '../libs/protocol/generate/index.mjs';
import { adrIndex } from './adr-index.mjs';
import { rulePack } from './rule-pack.mjs';

const root = path.resolve(import.meta.dirname, '..');
const check = process.argv.includes('--check');
const files = new Map([
  ...generatedFiles(protocol, root),
  ['libs/analysis/src/rules/generated/pack.ts', rulePack(root)],
  ['docs/adr/README.md', adrIndex(path.join(root, 'docs/adr'))],
]);

const present = (file) => (existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8') : undefined);
const stale = generatedFolders
  .filter((folder) => existsSync(path.join(root, folder)))
  .flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`))
  .filter((file) => !files.has(file));
const differing = [...files].filter(([file, text]) => present(file) !== text);

if (check) {
  for (const file of [...differing.map(([name]) => name), ...stale]) console.error(`not as generated: ${file}`);
  if (differing.length + stale.length > 0) console.error('Run `npm run generate` after a build and commit what it writes.');
  process.exitCode = differing.length + stale.length > 0 ? 1 : 0;
} else {
  for (const file of stale) rmSync(path.join(root, file));
  for (const [file, text] of differing) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
    console.log(`wrote ${file}`);
  }
}
