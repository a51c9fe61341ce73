// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- other projects that read this source must find it too
/// <reference path="./class-transformer-storage.d.ts" />
import 'reflect-metadata';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, IS_INT, ValidationTypes } from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { converters, inexpressible, type DecoratorMeta } from './converters.js';

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = Record<string, unknown>;

/** A class whose fields carry class-validator decorators. */
export type DtoClass<T extends object = object> = new () => T;

const kept = new WeakMap<DtoClass, JsonSchema>();

/**
 * The JSON Schema of a DTO class: what its class-validator decorators check, self-contained (the classes it nests
 * stand in `$defs`). Fields it does not name are let through. Made once and kept; do not change what you get.
 * `INVALID_DEFINITION` where a decorator cannot be said in JSON Schema.
 */
export const schemaOf = (dto: DtoClass): JsonSchema => {
  const known = kept.get(dto);
  if (known) return known;
  const { root, definitions } = schemasOf(dto, (name) => `#/$defs/${name}`);
  const schema = Object.keys(definitions).length === 0 ? root : { ...root, $defs: definitions };
  kept.set(dto, schema);
  return schema;
};

/** The schemas of a class and of all that it nests, each under its name; `pointer` says how one refers to another. */
export const schemasOf = (
  dto: DtoClass,
  pointer: (name: string) => string,
): { root: JsonSchema; definitions: Record<string, JsonSchema> } => {
  const names = new Map<unknown, string>([[dto, dto.name]]);
  const definitions: Record<string, JsonSchema> = {};
  let recursive = false;
  const refer = (nested: DtoClass): string => {
    recursive ||= nested === dto;
    const known = names.get(nested);
    if (known !== undefined) return known;
    const taken = [...names.values()].filter((name) => name.replace(/_\d+$/, '') === nested.name).length;
    const name = taken === 0 ? nested.name : `${nested.name}_${taken + 1}`;
    names.set(nested, name);
    definitions[name] = ofOne(nested, (each) => pointer(refer(each)));
    return name;
  };
  const root = ofOne(dto, (nested) => pointer(refer(nested)));
  if (recursive) definitions[dto.name] = root;
  return { root, definitions };
};

const ofOne = (dto: DtoClass, referTo: (nested: DtoClass) => string): JsonSchema => {
  const nested = (meta: DecoratorMeta) => {
    const type = defaultMetadataStorage.findTypeMetadata(meta.target as object, meta.propertyName)?.typeFunction();
    if (typeof type !== 'function') throw inexpressible(meta, 'it is nested but @Type does not say of which class');
    return { $ref: referTo(type as DtoClass) };
  };
  const schema = targetConstructorToSchema(dto, {
    additionalConverters: { ...converters, [ValidationTypes.NESTED_VALIDATION]: nested },
  }) as JsonSchema;
  return { type: 'object', ...withIntegers(dto, schema) };
};

/** Bounds (`Min`, `Positive`...) each say "number", so whichever decorator comes last decides: an integer stays one here. */
const withIntegers = (dto: DtoClass, schema: JsonSchema): JsonSchema => {
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  for (const meta of getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false)) {
    const property = properties[meta.propertyName];
    if (meta.name !== IS_INT || !property) continue;
    Object.assign(meta.each ? (property.items as JsonSchema) : property, { type: 'integer' });
  }
  return schema;
};
