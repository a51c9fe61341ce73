import { WaggleError, type StateKey } from '@waggle/protocol';
import { problemsBy } from './strangers-schema.js';

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
  const problems = problemsBy(schema, value, 'value');
  if (problems.length === 0) return;
  throw new WaggleError('INVALID_MESSAGE', `${key}: ${problems.map(({ message }) => message).join(' ')}`, { problems });
};

/** What is wrong with values that stand there already, each path beginning with its key. */
export const problemsOfState = (keys: Readonly<Record<string, StateKey>>, state: ReadonlyMap<string, unknown>) =>
  [...state].flatMap(([key, value]) => {
    const schema = declared(keys, key)?.schema;
    return schema === undefined ? [] : problemsBy(schema, value, key);
  });

/** Keys of a session that are declared. */
const KEYS_MOST = 200;

/** `LIMIT_REACHED` */
export const withKeys = (known: Readonly<Record<string, StateKey>>, more: Readonly<Record<string, StateKey>>): Record<string, StateKey> => {
  const keys = { ...known, ...more };
  if (Object.keys(keys).length > KEYS_MOST)
    throw new WaggleError('LIMIT_REACHED', `A session declares at most ${KEYS_MOST} keys.`, { path: 'keys' });
  return keys;
};

/** Schemas by where they stand in what was asked. */
export const schemasOf = (keys: Readonly<Record<string, StateKey>>): Record<string, StateKey['schema']> =>
  Object.fromEntries(Object.entries(keys).map(([key, { schema }]) => [`keys.${key}.schema`, schema]));
