import { lstat, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { GITIGNORE_BYTES, IgnoreChain } from './gitignore.js';

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** Folders from the top of the git work tree down to the parent of `root`; none if `root` is the top or in no work tree. */
const foldersAbove = async (root: string): Promise<string[]> => {
  const above: string[] = [];
  for (let folder = root; ; folder = dirname(folder)) {
    if (await exists(join(folder, '.git'))) return above;
    if (dirname(folder) === folder) return [];
    above.unshift(dirname(folder));
  }
};

/**
 * What the `.gitignore` files above `root` say of paths below it, for a folder inside a git work tree. A folder
 * that they rule out itself was named on purpose (`node_modules`): then they do not count.
 * Paths asked must be prefixed with `prefix`.
 */
export const rulesAbove = async (root: string): Promise<{ chain: IgnoreChain; prefix: string }> => {
  const above = await foldersAbove(root);
  let chain = IgnoreChain.none;
  let prefix = '';
  for (const [at, folder] of above.entries()) {
    const content = await readFile(join(folder, '.gitignore'), 'utf8').catch(() => '');
    if (content !== '' && content.length <= GITIGNORE_BYTES) chain = chain.with(prefix, content);
    const next = above[at + 1] ?? root;
    prefix += `${basename(next)}/`;
    if (chain.ignores(prefix)) return { chain: IgnoreChain.none, prefix: '' };
  }
  return { chain, prefix };
};
