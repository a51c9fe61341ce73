import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsArray, IsObject, ValidateBy, ValidateIf, ValidateNested } from 'class-validator';
import { isTime } from './time.js';

const all =
  (...decorators: PropertyDecorator[]): PropertyDecorator =>
  (target, key) =>
    decorators.forEach((decorate) => decorate(target, key));

/** May be left out. Unlike `IsOptional` it does not let `null` through, which JSON Schema's optional does not either. */
export const Optional = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/** A point in time: see `isTime`. */
export const IsTime = (): PropertyDecorator =>
  ValidateBy({
    name: 'isTime',
    validator: { validate: isTime, defaultMessage: () => '$property must be a time such as 2026-01-31T09:30:00Z' },
  });

/** One object of a class. */
export const Nested = (of: () => new () => object): PropertyDecorator => all(IsObject(), ValidateNested(), Type(of));

/** A list of objects of a class. */
export const NestedList = (of: () => new () => object): PropertyDecorator =>
  all(IsArray(), IsObject({ each: true }), ValidateNested({ each: true }), Type(of));
