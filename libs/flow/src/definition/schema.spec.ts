import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { parseDefinition } from './parse-definition.js';

const read = (path: string): string => readFileSync(join(__dirname, path), 'utf8');
interface Schema {
  properties: Record<string, unknown>;
  $defs: Record<string, { properties: Record<string, unknown> }>;
}
const schema = JSON.parse(read('../../schemas/workflow.schema.json')) as Schema;
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

/** The fields that the parser says it knows, from what it says of one it does not. */
const known = (definition: object): string[] => {
  const parsed = parseDefinition(definition);
  if ('definition' in parsed) throw new Error('the unknown field was taken');
  return parsed.problems[0]!.message.replace(/^.*known are /, '')
    .split(', ')
    .sort();
};
const step = { id: 'a', skill: 's' };

describe('the schema for editors', () => {
  it('takes the workflow that is shipped', () => {
    expect(validate(parse(read('../../../../workflows/repo-audit.yaml')))).toBe(true);
  });

  it('names the very fields that the parser knows', () => {
    expect(known({ name: 'x', steps: [step], odd: 1 })).toEqual(Object.keys(schema.properties).sort());
    expect(known({ name: 'x', steps: [{ ...step, odd: 1 }] })).toEqual(Object.keys(schema.$defs.step!.properties).sort());
    expect(known({ name: 'x', steps: [{ ...step, retry: { odd: 1 } }] })).toEqual(Object.keys(schema.$defs.retry!.properties).sort());
  });

  it.each<[string, object]>([
    ['no steps', { name: 'x', steps: [] }],
    ['an unknown field', { name: 'x', steps: [{ ...step, retires: 3 }] }],
    ['a time', { name: 'x', steps: [{ ...step, timeout: 'soon' }] }],
    ['a skill', { name: 'x', steps: [{ id: 'a', skill: 'no skill' }] }],
    ['an id', { name: 'x', steps: [{ id: 'a b', skill: 's' }] }],
  ])('refuses what the parser refuses: %s', (_name, definition) => {
    expect(validate(definition)).toBe(false);
    expect(parseDefinition(definition)).toHaveProperty('problems');
  });
});
