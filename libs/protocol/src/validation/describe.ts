import type { ErrorObject } from 'ajv';
import { TOKEN, SKILL_ID } from '../ids.js';

const TYPES: Record<string, string> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

const PATTERNS: Record<string, string> = {
  [TOKEN.source]: '1 to 64 of A-Z, a-z, 0-9, _ and -',
  [SKILL_ID.source]: 'one to four names joined by dots, each 1 to 64 of A-Z, a-z, 0-9, _ and -',
};

const SHOWN = 40;

/** A value as a sentence may hold it: short, and never the content of something large. */
const show = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length <= SHOWN ? value : `${value.slice(0, SHOWN)}…`);
};

export const typeName = (type: string): string => TYPES[type] ?? type;
export const anyOf = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

/** What one finding of the validator says of a field, to stand after its name; the finding comes with its data (`verbose`). */
export const describe = (error: ErrorObject): string => {
  const { params, data } = error as { params: Record<string, unknown>; data: unknown };
  const limit = Number(params.limit);
  switch (error.keyword) {
    case 'required':
      return 'is missing';
    case 'type':
      return `must be ${anyOf([params.type].flat().map((type) => typeName(String(type))))}, not ${show(data)}`;
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).slice(0, 50).map(String).join(', ')}, not ${show(data)}`;
    case 'const':
      return `must be ${show(params.allowedValue)}, not ${show(data)}`;
    case 'pattern':
      return `must be ${PATTERNS[String(params.pattern)] ?? `a text that matches ${String(params.pattern)}`}, not ${show(data)}`;
    case 'format':
      return `must be ${params.format === 'date-time' ? 'a time such as 2026-01-31T09:30:00Z' : `in the form "${String(params.format)}"`}, not ${show(data)}`;
    case 'minimum':
      return `must be at least ${limit}, not ${show(data)}`;
    case 'maximum':
      return `must be at most ${limit}, not ${show(data)}`;
    case 'minLength':
      return limit === 1 ? 'must not be empty' : `must have at least ${limit} characters`;
    case 'maxLength':
      return `must have at most ${limit} characters`;
    case 'minItems':
      return limit === 1 ? 'must not be an empty list' : `must have at least ${limit} entries`;
    case 'maxItems':
      return `must have at most ${limit} entries`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'is not known here';
    default:
      return error.message ?? 'is not valid';
  }
};
