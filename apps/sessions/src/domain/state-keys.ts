import { problem, validatorOf, WaggleError, type StateKey } from '@waggle/protocol';

/** What was declared of a key: by its name, or by the longest `prefix.>` that it begins with. */
export const declared = (keys: Readonly<Record<string, StateKey>>, key: string): StateKey | undefined => {
  if (Object.hasOwn(keys, key)) return keys[key];
  const tokens = key.split('.');
  for (let n = tokens.length - 1; n > 0; n--) {
    const pattern = `${tokens.slice(0, n).join('.')}.>`;
    if (Object.hasOwn(keys, pattern)) return keys[pattern];
  }
  return undefined;
};

/** `NOT_ALLOWED` where the key has owners and this is none of them. */
export const requireOwner = (keys: Readonly<Record<string, StateKey>>, key: string, name: string): void => {
  const owners = declared(keys, key)?.owners;
  if (owners === undefined || owners.includes(name)) return;
  throw new WaggleError('NOT_ALLOWED', `${key} is written by ${owners.join(', ') || 'nobody'}, not by ${name}.`, { path: 'key' });
};

/** `INVALID_MESSAGE` with the path of everything in the value that its schema refuses. */
export const requireValid = (keys: Readonly<Record<string, StateKey>>, key: string, value: unknown): void => {
  const schema = declared(keys, key)?.schema;
  if (schema === undefined) return;
  const problems = validatorOf(schema, { path: 'value' })(value);
  if (problems.length === 0) return;
  throw new WaggleError('INVALID_MESSAGE', `${key}: ${problems.map(({ message }) => message).join(' ')}`, { problems });
};

/** What is wrong with values that stand there already, each path beginning with its key. */
export const problemsOfState = (keys: Readonly<Record<string, StateKey>>, state: ReadonlyMap<string, unknown>) =>
  [...state].flatMap(([key, value]) => {
    const schema = declared(keys, key)?.schema;
    return schema === undefined ? [] : validatorOf(schema, { path: key })(value);
  });

/** `INVALID_MESSAGE` for a schema that is none. */
export const requireSchemas = (keys: Readonly<Record<string, StateKey>>, wrongOf: (schema: unknown) => { message: string }[]): void => {
  const problems = Object.entries(keys).flatMap(([key, { schema }]) =>
    schema === undefined ? [] : wrongOf(schema).map(({ message }) => problem('INVALID_MESSAGE', message, `keys.${key}.schema`)),
  );
  if (problems.length > 0) throw new WaggleError('INVALID_MESSAGE', problems.map(({ message }) => message).join(' '), { problems });
};
