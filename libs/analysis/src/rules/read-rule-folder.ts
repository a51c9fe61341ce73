import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WaggleError } from '@waggle/protocol';
import { checkTrees } from './check-trees.js';
import type { Rule } from './rule.js';
import { readRules } from './read-rules.js';

/** Most files of rules in a folder, and bytes of one. */
const MAX_FILES = 1000;
const MAX_BYTES = 1024 * 1024;

/** The rules of all `*.yaml` and `*.yml` of a folder and the folders in it, by file name. `INVALID_RULE` says what is wrong where. */
export const readRuleFolder = async (folder: string): Promise<Rule[]> => {
  let names: string[];
  try {
    names = (await readdir(folder, { recursive: true })).filter((name) => /\.ya?ml$/i.test(name)).sort();
  } catch (error) {
    throw new WaggleError('INVALID_RULE', `${folder}: cannot be read as a folder of rules`, { path: folder, cause: error });
  }
  if (names.length > MAX_FILES)
    throw new WaggleError('INVALID_RULE', `${folder}: holds more than ${MAX_FILES} files of rules`, { path: folder });
  const rules: Rule[] = [];
  const seen = new Map<string, string>();
  for (const name of names) {
    const file = join(folder, name);
    if ((await stat(file)).size > MAX_BYTES)
      throw new WaggleError('INVALID_RULE', `${name}: is larger than ${MAX_BYTES} bytes`, { path: name });
    for (const rule of readRules(await readFile(file, 'utf8'), name)) {
      const other = seen.get(rule.id);
      if (other !== undefined) throw new WaggleError('INVALID_RULE', `${name}: the rule ${rule.id} stands in ${other} too`, { path: name });
      seen.set(rule.id, name);
      await checkTrees(rule, `${name}: ${rule.id}`);
      rules.push(rule);
    }
  }
  return rules;
};
