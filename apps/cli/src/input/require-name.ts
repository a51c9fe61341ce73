import { TOKEN, WaggleError } from '@waggle/protocol';

/** Names of agents, clients and tenants become tokens of subjects. `BAD_USAGE`, with where it was given. */
export const requireName = (name: string, path: string): void => {
  if (!TOKEN.test(name))
    throw new WaggleError('BAD_USAGE', `${path}: "${name}" is not a name: 1 to 64 of A-Z, a-z, 0-9, _ and -`, { path });
};
