import formats from 'ajv-formats';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { ERRORS, WaggleError, problem, type ErrorCode, type Problem } from '../errors.js';
import { isLarge } from './hostile.js';
import { problemsOf } from './problems.js';
import { schemaOf, type DtoClass, type JsonSchema } from './schema.js';
import { NAMED_TYPES } from './named-types.js';
import { isTime } from './time.js';

/** Everything that is wrong with a value: an empty list when nothing is. Never throws, whatever it is given. */
export type Validator = (value: unknown) => Problem[];

export interface ValidatorOptions {
  /** Of each problem; default `INVALID_MESSAGE`. */
  code?: ErrorCode;
  /** Where the value stands in what the sender wrote, e.g. `payload.input`: the start of each problem's path. */
  path?: string;
}

const PARTS_LIMIT = 10_000;

const make = (allErrors: boolean): Ajv2020 => {
  const ajv = new Ajv2020({ allErrors, verbose: true, strict: false, addUsedSchema: false, logger: false });
  formats.default(ajv);
  ajv.addFormat('date-time', { type: 'string', validate: isTime });
  for (const [name, dto] of Object.entries(NAMED_TYPES)) ajv.addSchema(schemaOf(dto), name);
  return ajv;
};
const lazy = <T>(get: () => T): (() => T) => {
  let value: { got: T } | undefined;
  return () => (value ??= { got: get() }).got;
};
const verdicts = lazy(() => make(false));
const reports = lazy(() => make(true));

interface Compiled {
  /** Stops at the first thing that is wrong: what nearly every message meets. */
  fits: () => ValidateFunction;
  /** Finds everything that is wrong. */
  report: () => ValidateFunction;
}
const compiled = new WeakMap<object, Compiled>();

const compile = (schema: JsonSchema): Compiled => {
  const known = compiled.get(schema);
  if (known) return known;
  // whoever says 'draft-07' gets the newer rules, which differ in nothing that our users write
  const { $schema: _, ...rest } = schema;
  const by = (get: () => Ajv2020) =>
    lazy(() => {
      const validate = get().compile(rest);
      get().removeSchema(rest); // else it is kept for ever, and strangers' schemas come and go
      return validate;
    });
  const made = { fits: by(verdicts), report: by(reports) };
  compiled.set(schema, made);
  return made;
};

/**
 * The compiled check of a JSON Schema or a DTO class; compiled at its first use and kept with the schema object.
 * `INVALID_DEFINITION` is thrown at once when the schema itself is not valid: check a stranger's with `schemaProblems`.
 */
export const validatorOf = (schemaOrClass: JsonSchema | DtoClass, options: ValidatorOptions = {}): Validator => {
  const schema = typeof schemaOrClass === 'function' ? schemaOf(schemaOrClass) : schemaOrClass;
  const check = compile(schema);
  if (typeof schemaOrClass !== 'function') {
    const [wrong] = schemaProblems(schema);
    if (wrong) throw new WaggleError('INVALID_DEFINITION', wrong.message);
  }
  const code = options.code ?? 'INVALID_MESSAGE';
  const path = options.path ?? '';
  return (value) => {
    try {
      return check.fits()(value) ? [] : explain(check, value, { code, path });
    } catch (error) {
      return [{ ...problem(code, `${path || 'The value'} cannot be checked: ${String(error).slice(0, 200)}.`), ...(path && { path }) }];
    }
  };
};

const explain = (check: Compiled, value: unknown, where: { code: ErrorCode; path: string }): Problem[] => {
  const validate = isLarge(value, PARTS_LIMIT) ? check.fits() : check.report();
  validate(value);
  const problems = problemsOf(validate.errors ?? [], where.code, where.path);
  validate.errors = null;
  return problems;
};

/** What is wrong with a JSON Schema itself: references that lead nowhere included. Never throws. */
export const schemaProblems = (schema: unknown): Problem[] => {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return [invalid('it must be an object')];
  try {
    compile(schema as JsonSchema).fits();
    return [];
  } catch (error) {
    return [invalid(error instanceof Error ? error.message : String(error))];
  }
};

const invalid = (why: string): Problem => ({
  code: 'INVALID_DEFINITION',
  message: `The JSON Schema is not valid: ${why.slice(0, 300)}.`,
  remedy: ERRORS.INVALID_DEFINITION.remedy,
});
