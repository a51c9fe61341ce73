import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDefinition } from './parse-definition.js';

const GUIDES = join(__dirname, '../../../../docs/guides');

/** Every workflow in the guide of the language. */
const workflows = (file: string): string[] =>
  [...readFileSync(join(GUIDES, file), 'utf8').matchAll(/```yaml\n(name: [\s\S]*?)```/g)].map(([, text]) => text!);

describe('the guide of the workflow language', () => {
  it.each(workflows('workflows.md').map((text) => [/name: (\S+)/.exec(text)![1], text]))('%s is valid', (_name, text) => {
    const parsed = parseDefinition(text);
    expect('problems' in parsed ? parsed.problems : []).toEqual([]);
  });

  it('has some', () => expect(workflows('workflows.md').length).toBeGreaterThan(6));
});
