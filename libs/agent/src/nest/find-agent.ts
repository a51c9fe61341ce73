import type { Type } from '@nestjs/common';
import { WaggleError } from '@waggle/protocol';
import { agentOptionsOf, type AgentOptions } from '../definition/decorators.js';

type Provided = Type | { provide: unknown; useClass?: Type };

const listed = (key: 'imports' | 'providers', module: object): unknown[] =>
  (Reflect.getMetadata(key, module) as unknown[] | undefined) ?? [];

const classesOf = (module: object, seen: Set<object>): Type[] => {
  if (seen.has(module)) return [];
  seen.add(module);
  const own = listed('providers', module) as Provided[];
  const classes = own.flatMap((provider) => (typeof provider === 'function' ? [provider] : provider.useClass ? [provider.useClass] : []));
  const imported = listed('imports', module).filter((entry): entry is Type => typeof entry === 'function');
  return [...classes, ...imported.flatMap((entry) => classesOf(entry, seen))];
};

/** The one `@Agent` among the providers of a module and of what it imports. None or several: `INVALID_DEFINITION`. */
export const findAgent = (module: Type): { type: Type; options: AgentOptions } => {
  const found = [...new Set(classesOf(module, new Set()))].filter((type) => agentOptionsOf(type) !== undefined);
  const [type] = found;
  if (type !== undefined && found.length === 1) return { type, options: agentOptionsOf(type)! };
  const names = found.map(({ name }) => name).join(', ') || 'none';
  throw new WaggleError('INVALID_DEFINITION', `${module.name} must provide exactly one @Agent, and provides ${names}.`);
};
