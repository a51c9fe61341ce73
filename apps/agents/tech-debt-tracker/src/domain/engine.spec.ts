import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { analyzeFile } from './analyze-file.js';
import { DuplicateSearch } from './duplicate-search.js';
import { REVISION } from './engine.js';

const FOLDER = join(__dirname, '../../../../../libs/analysis/fixtures/complexity');
const EXTENSIONS = ['ts', 'js', 'py', 'go', 'java', 'rs', 'c', 'cpp', 'cs', 'rb', 'php', 'kt'];

/** What the same files gave when the revision was last raised. */
const RESULT = { revision: 5, hash: '52e4375a0c913f8a' };

describe('the engine', () => {
  it('gives what it gave, or has another revision: else stale results would be taken from the last audit', async () => {
    const search = new DuplicateSearch();
    const results: unknown[] = [];
    for (const name of EXTENSIONS.flatMap((extension) => [`generated.${extension}`, `written.${extension}`]).filter(
      (each) => each !== 'written.js',
    )) {
      const text = readFileSync(join(FOLDER, name), 'utf8');
      results.push(await analyzeFile(name, text));
      search.add(name, text);
    }
    const hash = createHash('sha256')
      .update(JSON.stringify([results, search.groups()]))
      .digest('hex')
      .slice(0, 16);
    // Differs? Raise REVISION in engine.ts, and put both here.
    expect({ revision: REVISION, hash }).toEqual(RESULT);
  });
});
