import { hostile, MEMORY_KEY, SKILL_ID, TOKEN, validatorOf, WaggleError, type JsonSchema, type Problem } from '@waggle/protocol';

/** Forms that fields of questions have. */
export const FORM = {
  name: { type: 'string', pattern: TOKEN.source },
  key: { type: 'string', pattern: MEMORY_KEY.source },
  skill: { type: 'string', pattern: SKILL_ID.source },
  text: { type: 'string', maxLength: 1_000 },
  any: {},
  object: { type: 'object' },
  yes: { type: 'boolean' },
  /** A version or sequence; 0: none. */
  version: { type: 'integer', minimum: 0 },
  names: { type: 'array', items: { type: 'string', pattern: TOKEN.source }, maxItems: 1_000, uniqueItems: true },
} satisfies Record<string, JsonSchema>;

export const between = (minimum: number, maximum: number): JsonSchema => ({ type: 'integer', minimum, maximum });

export const oneOf = (values: readonly string[]): JsonSchema => ({ type: 'string', enum: [...values] });

const decoder = new TextDecoder('utf-8', { fatal: true });

const parse = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(decoder.decode(body));
  } catch (cause) {
    throw new WaggleError('BAD_JSON', 'The question is not JSON in UTF-8.', { cause });
  }
};

const refuse = (problems: Problem[]): never => {
  throw new WaggleError('INVALID_MESSAGE', problems.map(({ message }) => message).join(' '), { problems });
};

/** Reads a question: its fields and no others, else `INVALID_MESSAGE` with the path of each problem. */
export const question = <T>(properties: Record<string, JsonSchema>, required: readonly (keyof T & string)[]): ((body: Uint8Array) => T) => {
  const check = validatorOf({ type: 'object', properties, required, additionalProperties: false });
  return (body) => {
    const value = parse(body);
    const bad = hostile(value);
    if (bad) refuse([bad]);
    const problems = check(value);
    if (problems.length > 0) refuse(problems);
    return value as T;
  };
};
