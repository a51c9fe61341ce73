import { definitionIssue, type Issue, type Key } from './issue.js';
import { isRecord } from './reader.js';

/**
 * The part of JSON Schema that a flow's input is checked by: chosen so that a check is bounded by the size of the
 * value and nobody's pattern or code runs in the coordinator. A keyword outside of it is refused, never ignored.
 */
type Schema = Record<string, unknown>;

const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
const NOTES = new Set(['title', 'description', 'default', 'examples', '$schema', '$id', '$comment', 'format']);

/** Types of ours that a schema may name by `$ref`. */
const NAMED: Record<string, Schema> = {
  'waggle:workspace': {
    type: 'object',
    required: ['manifest', 'files', 'bytes'],
    properties: { manifest: { type: 'object' }, files: { type: 'integer', minimum: 0 }, bytes: { type: 'integer', minimum: 0 } },
  },
};

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const isSchema = (value: unknown): value is Schema | boolean => isRecord(value) || typeof value === 'boolean';

const KEYWORDS: Record<string, { ok: (value: unknown) => boolean; says: string }> = {
  type: { ok: (v) => [v].flat().every((each) => TYPES.includes(each as string)), says: `one or a list of ${TYPES.join(', ')}` },
  $ref: { ok: (v) => typeof v === 'string' && Object.hasOwn(NAMED, v), says: `one of ${Object.keys(NAMED).join(', ')}` },
  required: { ok: (v) => Array.isArray(v) && v.every((each) => typeof each === 'string'), says: 'a list of names' },
  properties: { ok: (v) => isRecord(v) && Object.values(v).every(isSchema), says: 'an object of schemas' },
  additionalProperties: { ok: isSchema, says: 'true, false or a schema' },
  items: { ok: isSchema, says: 'a schema' },
  enum: { ok: Array.isArray, says: 'a list' },
  const: { ok: () => true, says: 'anything' },
  minimum: { ok: Number.isFinite, says: 'a number' },
  maximum: { ok: Number.isFinite, says: 'a number' },
  minLength: { ok: isCount, says: 'a whole number' },
  maxLength: { ok: isCount, says: 'a whole number' },
  minItems: { ok: isCount, says: 'a whole number' },
  maxItems: { ok: isCount, says: 'a whole number' },
};

/** Whether a schema can be used: everything that is wrong with it. */
export const checkSchema = (schema: unknown, path: Key[]): Issue[] => {
  if (typeof schema === 'boolean') return [];
  if (!isRecord(schema)) return [definitionIssue(path, 'must be a JSON Schema')];
  const issues = Object.entries(schema).flatMap(([key, value]) => {
    if (NOTES.has(key)) return [];
    const rule = Object.hasOwn(KEYWORDS, key) ? KEYWORDS[key] : undefined;
    if (!rule) return [definitionIssue([...path, key], `the keyword "${key.slice(0, 64)}" is not supported in the schema of an input`)];
    return rule.ok(value) ? [] : [definitionIssue([...path, key], `${key} must be ${rule.says}`)];
  });
  const inner = isRecord(schema.properties) ? Object.entries(schema.properties) : [];
  for (const [name, each] of inner) issues.push(...checkSchema(each, [...path, 'properties', name]));
  for (const key of ['items', 'additionalProperties']) if (isRecord(schema[key])) issues.push(...checkSchema(schema[key], [...path, key]));
  return issues;
};

const typeOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const own = (schema: Schema, value: unknown): string[] => {
  const type = typeOf(value);
  const wrong: string[] = [];
  const must = (ok: boolean, text: string) => ok || wrong.push(text);
  const allowed = schema.type === undefined ? undefined : ([schema.type].flat() as string[]);
  if (allowed)
    must(allowed.includes(type) || (type === 'integer' && allowed.includes('number')), `must be ${allowed.join(' or ')}, not ${type}`);
  if (Array.isArray(schema.enum))
    must(
      schema.enum.some((each) => same(each, value)),
      `must be one of ${JSON.stringify(schema.enum).slice(0, 200)}`,
    );
  if ('const' in schema) must(same(schema.const, value), `must be ${JSON.stringify(schema.const).slice(0, 200)}`);
  const measure = (size: number, [low, high]: [string, string], of = '') => {
    if (typeof schema[low] === 'number') must(size >= schema[low], `must be at least ${schema[low]}${of}`);
    if (typeof schema[high] === 'number') must(size <= schema[high], `must be at most ${schema[high]}${of}`);
  };
  if (typeof value === 'number') measure(value, ['minimum', 'maximum']);
  if (typeof value === 'string') measure(value.length, ['minLength', 'maxLength'], ' characters');
  if (Array.isArray(value)) measure(value.length, ['minItems', 'maxItems'], ' elements');
  return wrong;
};

/** What is wrong with a value, each with its path; at most 100. The schema is one that `checkSchema` passed. */
export const checkValue = (schema: unknown, value: unknown, path: Key[] = []): { path: Key[]; message: string }[] => {
  const found: { path: Key[]; message: string }[] = [];
  const visit = (rule: unknown, each: unknown, at: Key[]): void => {
    if (found.length >= 100 || rule === true) return;
    if (rule === false) return void found.push({ path: at, message: 'is not allowed' });
    const { $ref, ...rest } = rule as Schema;
    if (typeof $ref === 'string') visit(NAMED[$ref], each, at);
    for (const message of own(rest, each)) found.push({ path: at, message });
    if (Array.isArray(each)) {
      if (isSchema(rest.items)) each.forEach((inner, index) => visit(rest.items, inner, [...at, index]));
    } else if (isRecord(each)) object(rest, each, at);
  };
  const object = (rule: Schema, each: Record<string, unknown>, at: Key[]): void => {
    const properties = isRecord(rule.properties) ? rule.properties : {};
    for (const name of (rule.required as string[] | undefined) ?? [])
      if (!Object.hasOwn(each, name)) found.push({ path: [...at, name], message: 'is missing' });
    for (const [name, inner] of Object.entries(each)) {
      if (Object.hasOwn(properties, name)) visit(properties[name], inner, [...at, name]);
      else if (isSchema(rule.additionalProperties)) visit(rule.additionalProperties, inner, [...at, name]);
    }
  };
  visit(schema, value, path);
  return found;
};
