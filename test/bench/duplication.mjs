// What the search for duplicates finds beside jscpd: node test/bench/duplication.mjs FOLDER REPORT
// REPORT is jscpd's: npx jscpd@4.3.0 --min-tokens 50 --min-lines 5 --reporters json --output OUT FOLDER
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DuplicateSearch } from '../../apps/agents/tech-debt-tracker/dist/domain/duplicate-search.js';

const [folder, report] = process.argv.slice(2);
/** jscpd names files from wherever it was started. */
const inFolder = (name) => name.slice(name.lastIndexOf(`${basename(folder)}/`) + basename(folder).length + 1);
const theirs = JSON.parse(readFileSync(report, 'utf8')).duplicates.map(({ firstFile, secondFile, fragment, tokens }) => ({
  fragment,
  tokens,
  // the end that it names of the second place is often that of another: the fragment says how long both are
  sides: [firstFile, secondFile].map(({ name, start }) => ({
    file: inFolder(name),
    line: start,
    endLine: start + fragment.split('\n').length - 1,
  })),
}));

const search = new DuplicateSearch();
const began = performance.now();
for (const path of readdirSync(folder, { recursive: true }).sort())
  if (/\.(ts|tsx|js|mjs|cjs|jsx|py)$/.test(path) && !path.endsWith('.d.ts')) {
    try {
      search.add(path, readFileSync(join(folder, path), 'utf8'));
    } catch (error) {
      if (error.code !== 'EISDIR') throw error;
    }
  }
const groups = search.groups();
const took = performance.now() - began;

const overlap = (a, b) => (a.file !== b.file ? 0 : Math.max(0, Math.min(a.endLine, b.endLine) - Math.max(a.line, b.line) + 1));
const half = (a, b) => overlap(a, b) * 2 >= a.endLine - a.line + 1;
/** Our places, each with all it is a copy of. */
const families = groups.map(({ original, copies }) => [original, ...copies]);
const known = ({ sides: [a, b] }) =>
  families.some((family) => family.some((place) => half(a, place)) && family.some((place) => half(b, place) && overlap(b, place) > 0)) ||
  // three copies: ours may pair them otherwise
  [a, b].every((side) => families.some((family) => family.some((place) => half(side, place))));
const missed = theirs.filter((each) => !known(each));
const ours = groups.flatMap(({ original, copies, renamed }) => copies.map((copy) => ({ renamed, sides: [original, copy] })));
const alsoTheirs = ours.filter(({ sides }) => sides.every((side) => theirs.some((each) => each.sides.some((place) => half(side, place)))));

console.log(
  `${search.files} files; jscpd: ${theirs.length} clones; ours: ${ours.length} (${ours.filter(({ renamed }) => renamed).length} with variables renamed), in ${(took / 1e3).toFixed(2)} s`,
);
console.log(
  `of jscpd's we find ${theirs.length - missed.length} (${((100 * (theirs.length - missed.length)) / Math.max(1, theirs.length)).toFixed(1)} %); of ours jscpd finds ${alsoTheirs.length} (${((100 * alsoTheirs.length) / Math.max(1, ours.length)).toFixed(1)} %)`,
);
for (const { sides, tokens, fragment } of missed.slice(0, 20))
  console.log(
    'missed:',
    tokens,
    sides.map(({ file, line, endLine }) => `${file}:${line}-${endLine}`).join(' = '),
    JSON.stringify(fragment.slice(0, 80)),
  );
