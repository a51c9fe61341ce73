import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUGS } from './bugs.js';
import { compiled, sourceOf, TIGHT } from './planting.js';

describe('a planted mistake', () => {
  test.each([...BUGS, { name: 'tight', title: 'small caches', patches: TIGHT }])('$name still suits the code: $title', ({ patches }) => {
    for (const { file, find } of patches) {
      // what was compiled of a file that is gone may lie there still
      expect({ file, there: existsSync(join(process.cwd(), sourceOf(file))) }).toEqual({ file, there: true });
      const source = readFileSync(join(process.cwd(), compiled(file)), 'utf8');
      expect({ file, find, found: source.split(find).length - 1 }).toEqual({ file, find, found: 1 });
    }
  });
});
