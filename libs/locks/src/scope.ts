import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { WaggleError } from '@waggle/protocol';

/** What is locked, within a tenant. Made by the helpers below; two are the same exactly when their keys are. */
export interface Scope {
  /** For people. */
  readonly name: string;
  /** Its place in the bucket LOCKS, without the tenant: subject tokens. */
  readonly key: string;
}

const LONGEST_NAME = 512;
const LONGEST_TOKEN = 160;
const KEPT_OF_LONG = 64;
const HALF = /\p{Surrogate}/u;
const PLAIN = /^[A-Za-z0-9_/-]$/;

const check = (text: unknown, what: string): string => {
  if (typeof text !== 'string' || text.length === 0 || text.length > LONGEST_NAME)
    throw new WaggleError('INVALID_INPUT', `A ${what} is a text of 1 to ${LONGEST_NAME} characters.`, { path: what });
  // two different broken texts would become the same bytes
  if (HALF.test(text)) throw new WaggleError('INVALID_INPUT', `The ${what} holds half a character (a lone surrogate).`, { path: what });
  return text;
};

const hex = (byte: number): string => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/**
 * A text as one token of a subject: what is not plain becomes `=XX`, byte by byte, so nothing in it can part tokens or
 * stand for others; `~` marks a long one, of which a hash stands for the whole. Different texts give different tokens.
 */
const token = (text: string): string => {
  let made = '';
  for (const character of text) made += PLAIN.test(character) ? character : [...Buffer.from(character)].map(hex).join('');
  if (made.length <= LONGEST_TOKEN) return made;
  return `${made.slice(0, KEPT_OF_LONG)}~${createHash('sha256').update(text).digest('base64url')}`;
};

const known = new Map<string, Scope>();
const KNOWN = 4_096;

/** Names are the same again and again: their tokens are made once. */
const resource = (name: string): Scope => {
  const found = known.get(name);
  if (found !== undefined) return found;
  const made = { name: check(name, 'scope'), key: `resource.${token(name)}` };
  if (known.size >= KNOWN) known.clear();
  known.set(name, made);
  return made;
};

/** How scopes are made. All throw `INVALID_INPUT`, naming the part that is wrong. */
export const scope = {
  /** Anything with a name. A plain string given as a scope is one of these. */
  resource,

  /** A conversation of a user: nobody else's thread of the same name. */
  thread: (user: string, thread: string): Scope => ({
    name: `${check(user, 'user')}/${check(thread, 'thread')}`,
    key: `thread.${token(user)}.${token(thread)}`,
  }),

  /**
   * A file or folder of a workspace, by its path inside of it; `a//b`, `./a/b` and `a/b` are one. A folder's lock says
   * nothing of what lies in it.
   */
  path: (workspace: string, path: string): Scope => {
    check(workspace, 'workspace');
    const inside = posix.normalize(check(path, 'path').normalize('NFC').replaceAll('\\', '/')).replace(/\/$/, '');
    if (inside.startsWith('/') || inside === '..' || inside.startsWith('../'))
      throw new WaggleError('INVALID_INPUT', `The path leads out of its workspace: ${path}`, { path: 'path' });
    return { name: `${workspace}:${inside}`, key: `path.${token(workspace)}.${token(inside)}` };
  },
} as const;

const KEY = /^(resource|thread|path)(\.[A-Za-z0-9_/=~-]+){1,2}$/;

/** What the caller named, checked: by JavaScript anything may come. */
export const scopeOf = (given: string | Scope): Scope => {
  if (typeof given === 'string') return resource(given);
  if (typeof given?.key !== 'string' || !KEY.test(given.key) || typeof given.name !== 'string')
    throw new WaggleError('INVALID_INPUT', 'A scope is a name, or made by `scope`.', { path: 'scope' });
  return given;
};
