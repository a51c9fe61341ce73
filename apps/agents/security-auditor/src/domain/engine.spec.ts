import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { digestOfRules, factsOf, readRuleFolder, type Language } from '@waggle/analysis';
import { auditFile } from './audit-file.js';
import { REVISION } from './engine.js';

const RULES = join(__dirname, '../../../../../libs/analysis/rules');

/** What the examples of all rules gave when this was last looked at. */
const RESULT = { revision: 8, rules: '30b7be0058888497', hash: '211cc087e8ce922e' };

const PATHS: Readonly<Record<string, string>> = {
  dockerfile: 'Dockerfile',
  compose: 'compose.yaml',
  kubernetes: 'deploy.yaml',
  'github-workflow': '.github/workflows/ci.yml',
  terraform: 'main.tf',
  shell: 'run.sh',
};

const pathFor = (name: string): string => PATHS[name] ?? `src/file.${factsOf(name as Language).extensions[0]!}`;

/** Made up here and put together, so that no scanner takes this file for a leak. */
const SECRETS = ['config.yaml', 'src/a.ts', 'README.md', 'test/a.spec.ts'].flatMap((path) =>
  [
    ['ghp_', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'],
    ['token: "q7Zr2Lw9', 'Tn4XvB6y', 'Kd1S"'],
    ['password: your-', 'password-here'],
  ].map((parts) => [path, parts.join('')]),
);

const shortened = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

describe('the engine', () => {
  it('gives what it gave, or has another revision: else stale results would be taken from the last audit', async () => {
    const rules = await readRuleFolder(RULES);
    const texts = rules.flatMap(({ languages: [first], examples: { bad, good } }) =>
      [...bad, ...good].map((text) => [pathFor(first!), text]),
    );
    const results: unknown[] = [];
    for (const [path, text] of [...texts, ...SECRETS]) results.push(await auditFile(path!, text!, rules));
    // `hash` differs and `rules` does not? Raise REVISION in engine.ts, and put all of it here. Rules alone are part of what is kept.
    expect({
      revision: REVISION,
      rules: shortened(digestOfRules(rules)),
      hash: shortened(JSON.stringify(results, (key, value: unknown) => (key === 'rules' ? undefined : value))),
    }).toEqual(RESULT);
  });
});
