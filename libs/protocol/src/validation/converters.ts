import { IS_IN, MATCHES, ValidationTypes } from 'class-validator';
import type { ISchemaConverters } from 'class-validator-jsonschema/build/defaultConverters.js';
import { WaggleError } from '../errors.js';

/** What a converter is told of one decorator on one property. */
export interface DecoratorMeta {
  target: unknown;
  propertyName: string;
  constraints?: unknown[];
}

/**
 * Where class-validator-jsonschema's own translation of a decorator says something else than the decorator checks:
 * `In` over mixed types gets lost, so do a pattern's flags, and a decorator it does not know becomes a dangling `$ref`.
 */
export const converters: ISchemaConverters = {
  [IS_IN]: (meta: DecoratorMeta) => ({ enum: [...(meta.constraints?.[0] as unknown[])] }),
  [MATCHES]: (meta: DecoratorMeta) => {
    const pattern = meta.constraints?.[0] as RegExp | string;
    if (!(pattern instanceof RegExp)) return { type: 'string', pattern };
    if (/[^dgu]/.test(pattern.flags)) throw inexpressible(meta, `the pattern ${String(pattern)} has flags`);
    return { type: 'string', pattern: pattern.source };
  },
  [ValidationTypes.CUSTOM_VALIDATION]: () => ({}),
  isTime: { type: 'string', format: 'date-time' },
};

/** A DTO says something that JSON Schema cannot: a mistake of its author, found when the schema is first asked for. */
export const inexpressible = (meta: DecoratorMeta, what: string): WaggleError =>
  new WaggleError(
    'INVALID_DEFINITION',
    `${(meta.target as { name?: string }).name ?? 'A class'}.${meta.propertyName} has no JSON Schema: ${what}.`,
  );
