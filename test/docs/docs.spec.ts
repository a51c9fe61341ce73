import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');
const pages = globSync(['*.md', 'docs/**/*.md', '{libs,apps,examples}/*/README.md', 'apps/agents/*/README.md'], { cwd: root });
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** Blocks of TypeScript, cut where a comment names the file they stand in. */
const snippets = pages.flatMap((page) =>
  [...read(page).matchAll(/```ts\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    block!
      .split(/^(?=\/\/ \S+\.ts$)/m)
      .filter((part) => part.startsWith('// '))
      .map((part) => {
        const [head, ...lines] = part.trim().split('\n');
        return { page, file: head!.slice(3), code: lines.join('\n').trim() };
      }),
  ),
);

test('pages and snippets were found', () => {
  expect(pages.length).toBeGreaterThan(15);
  expect(snippets.length).toBeGreaterThan(4);
});

test.each(snippets)('$page shows $file as it is', ({ file, code }) => {
  expect(read(file)).toContain(code);
});

test.each(pages)('%s links to files that are there', (page) => {
  const targets = [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, target]) => target!);
  expect(targets.filter((target) => !existsSync(path.resolve(root, path.dirname(page), target)))).toEqual([]);
});
