import { schemaProblems, validatorOf } from '../index.js';

const check = (schema: Record<string, unknown>, value: unknown) =>
  validatorOf(schema, { code: 'INVALID_INPUT', path: 'payload.input' })(value).map(({ path, message }) => [path, message]);

describe('validatorOf', () => {
  it.each([
    [{ type: 'object', required: ['shard'] }, {}, 'payload.input.shard', 'is missing.'],
    [{ type: 'integer' }, 'x', 'payload.input', 'must be a whole number, not "x".'],
    [{ type: ['string', 'null'] }, [], 'payload.input', 'must be a text or null, not a list.'],
    [{ enum: ['a', 'b'] }, 'c', 'payload.input', 'must be one of a, b, not "c".'],
    [{ const: 1 }, { a: 1 }, 'payload.input', 'must be 1, not an object.'],
    [{ minimum: 1 }, 0, 'payload.input', 'must be at least 1, not 0.'],
    [{ maxLength: 2 }, 'abc', 'payload.input', 'must have at most 2 characters.'],
    [{ minItems: 1 }, [], 'payload.input', 'must not be an empty list.'],
    [{ pattern: '^a$' }, 'b', 'payload.input', 'must be a text that matches ^a$, not "b".'],
    [
      { format: 'date-time' },
      '2026-02-30T00:00:00Z',
      'payload.input',
      'must be a time such as 2026-01-31T09:30:00Z, not "2026-02-30T00:00:00Z".',
    ],
    [{ format: 'email' }, 'x', 'payload.input', 'must be in the form "email", not "x".'],
    [{ additionalProperties: false }, { 'a/b': 1 }, 'payload.input["a/b"]', 'is not known here.'],
    [{ properties: { a: { items: { type: 'null' } } } }, { a: [null, 1] }, 'payload.input.a[1]', 'must be null, not 1.'],
    [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'x', 'payload.input', 'must be a whole number or null.'],
    [{ oneOf: [{ required: ['a'] }, { required: ['b'] }] }, { a: 1, b: 1 }, 'payload.input', 'must have exactly one of a or b.'],
    [{ oneOf: [{ minimum: 1 }, { minimum: 0 }] }, 2, 'payload.input', 'fits more than one of the forms it may have.'],
    [{ multipleOf: 2 }, 3, 'payload.input', 'must be multiple of 2.'],
  ])('%j: says what is wrong with %j', (...[schema, value, path, text]) => {
    expect(check(schema, value)).toEqual([[path, `${path} ${text}`]]);
  });

  it('lists one problem for each thing that is wrong, with its code and a remedy', () => {
    const schema = {
      type: 'object',
      required: ['a', 'b'],
      properties: { a: { type: 'string', minLength: 3, pattern: '^x' }, c: { type: 'null' } },
    };
    const problems = validatorOf(schema, { code: 'INVALID_INPUT' })({ a: '', c: 1 });
    expect(problems.map(({ path }) => path).sort()).toEqual(['a', 'b', 'c']);
    expect(problems.every(({ code, remedy }) => code === 'INVALID_INPUT' && remedy)).toBe(true);
  });

  it('knows the types of the mesh by name', () => {
    expect(check({ properties: { w: { $ref: 'waggle:workspace' } } }, { w: {} }).map(([path]) => path)).toContain(
      'payload.input.w.manifest',
    );
  });

  it('takes schemas of other drafts and with ids that come back', () => {
    const schema = () => ({
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: 'https://example.com/same',
      definitions: { n: { type: 'null' } },
      items: { $ref: '#/definitions/n' },
    });
    for (let i = 0; i < 3; i++) expect(check(schema(), [1])).toHaveLength(1);
  });

  it('bounds what it says of a value with thousands of faults', () => {
    const many = Array.from({ length: 5_000 }, () => 'x'.repeat(1_000));
    const problems = validatorOf({ items: { type: 'integer' } })(many);
    expect(problems).toHaveLength(100);
    expect(JSON.stringify(problems).length).toBeLessThan(50_000);
    expect(validatorOf({ items: { type: 'integer' } })(Array(200_000).fill('x'))).toHaveLength(1);
  });

  it('answers for a value deeper than the stack', () => {
    let deep: unknown = [];
    for (let i = 0; i < 200_000; i++) deep = [deep];
    expect(validatorOf({ $ref: '#/$defs/list', $defs: { list: { items: { $ref: '#/$defs/list' } } } })(deep)).toHaveLength(1);
  });

  it.each([[{ type: 'strin' }], [{ $ref: '#/nowhere' }], [{ $ref: 'https://example.com/x' }], [{ pattern: '(' }], [[]], [null], ['x']])(
    'refuses %j as a schema',
    (schema) => {
      expect(schemaProblems(schema)).toEqual([expect.objectContaining({ code: 'INVALID_DEFINITION' })]);
      if (typeof schema === 'object' && schema && !Array.isArray(schema)) {
        expect(() => validatorOf(schema)).toThrow(expect.objectContaining({ code: 'INVALID_DEFINITION' }) as Error);
      }
    },
  );

  it('finds nothing wrong with a schema that is right', () => {
    expect(schemaProblems({ type: 'object' })).toEqual([]);
  });
});
