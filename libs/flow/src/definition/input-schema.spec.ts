import { checkSchema, checkValue } from './input-schema.js';

const wrong = (schema: unknown, value: unknown) => {
  expect(checkSchema(schema, ['input'])).toEqual([]);
  return checkValue(schema, value).map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('the schema of an input', () => {
  it.each<[object | boolean, unknown, string[]]>([
    [{ type: 'object', required: ['a', 'b'] }, { a: 1 }, ['b: is missing']],
    [{ type: ['integer', 'null'] }, 1.5, [': must be integer or null, not number']],
    [{ type: 'number' }, 1, []],
    [{ type: 'integer' }, 1, []],
    [
      { properties: { a: { items: { type: 'string', maxLength: 2 } } } },
      { a: ['ok', 'long', 3] },
      ['a.1: must be at most 2 characters', 'a.2: must be string, not integer'],
    ],
    [{ additionalProperties: false, properties: { a: true } }, { a: 1, b: 2 }, ['b: is not allowed']],
    [{ additionalProperties: { type: 'boolean' } }, { x: 1 }, ['x: must be boolean, not integer']],
    [{ enum: ['a', { b: 1 }] }, { b: 1 }, []],
    [{ enum: ['a'] }, 'b', [': must be one of "a"']],
    [{ const: 3 }, 4, [': must be one of 3']],
    [{ minimum: 1, maximum: 2 }, 3, [': must be at most 2']],
    [{ minItems: 1 }, [], [': must be at least 1 elements']],
    [
      { properties: { w: { $ref: 'waggle:workspace' } } },
      { w: { files: 1, bytes: -1 } },
      ['w.manifest: is missing', 'w.bytes: must be at least 0'],
    ],
    [false, 1, [': is not allowed']],
  ])('%j', (schema, value, expected) => expect(wrong(schema, value)).toEqual(expected));

  it.each<[unknown, string]>([
    [{ pattern: '(a+)+$' }, 'pattern'],
    [{ $ref: '#/x' }, '$ref'],
    [{ type: 'text' }, 'type'],
    [{ required: Array(201).fill('a') }, 'required'],
    [{ enum: Array(201).fill(1) }, 'enum'],
    [{ minLength: -1 }, 'minLength'],
  ])('refuses %j', (schema, key) => expect(checkSchema(schema, ['input'])[0]?.path).toEqual(['input', key]));

  it('stops at a hundred problems', () => {
    expect(checkValue({ items: { type: 'string' } }, Array(5000).fill(1))).toHaveLength(100);
  });
});
