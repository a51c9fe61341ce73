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

/** Elements of a list in a schema: each is compared with each part of the value. */
const LONGEST = 200;
const isShort = (value: unknown): value is unknown[] => Array.isArray(value) && value.length <= LONGEST;

const KEYWORDS: Record<string, { ok: (value: unknown) => boolean; says: string }> = {
  type: {
    ok: (v) => [v].flat().length <= TYPES.length && [v].flat().every((each) => TYPES.includes(each as string)),
    says: `one or a list of ${TYPES.join(', ')}`,
  },
  $ref: { ok: (v) => typeof v === 'string' && Object.hasOwn(NAMED, v), says: `one of ${Object.keys(NAMED).join(', ')}` },
  required: { ok: (v) => isShort(v) && v.every((each) => typeof each === 'string'), says: `a list of at most ${LONGEST} names` },
  properties: { ok: (v) => isRecord(v) && Object.values(v).every(isSchema), says: 'an object of schemas' },
  additionalProperties: { ok: isSchema, says: 'true, false or a schema' },
  items: { ok: isSchema, says: 'a schema' },
  enum: { ok: isShort, says: `a list of at most ${LONGEST} values` },
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

const choices = new WeakMap<Schema, Set<string>>();

/** The values that `enum` or `const` allow, as JSON; written out once for each schema. */
const choiceOf = (schema: Schema): Set<string> | undefined => {
  if (!Array.isArray(schema.enum) && !('const' in schema)) return undefined;
  const known = choices.get(schema);
  if (known) return known;
  const allowed = 'const' in schema ? [schema.const] : (schema.enum as unknown[]);
  const made = new Set(allowed.map((each) => JSON.stringify(each)));
  choices.set(schema, made);
  return made;
};

const own = (schema: Schema, value: unknown): string[] => {
  const type = typeOf(value);
  const wrong: string[] = [];
  const must = (ok: boolean, text: string) => ok || wrong.push(text);
  const allowed = schema.type === undefined ? undefined : ([schema.type].flat() as string[]);
  if (allowed)
    must(allowed.includes(type) || (type === 'integer' && allowed.includes('number')), `must be ${allowed.join(' or ')}, not ${type}`);
  const choice = choiceOf(schema);
  if (choice) must(choice.has(JSON.stringify(value)), `must be one of ${[...choice].join(', ').slice(0, 200)}`);
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
    const rest = rule as Schema;
    if (typeof rest.$ref === 'string') visit(NAMED[rest.$ref], each, at);
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
