import { execFile } from 'node:child_process';
import { join } from 'node:path';

jest.setTimeout(120_000);

/** The long form is `npm run locks:check`; built code, for its processes are killed and stopped. */
const check = (...args: string[]): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    const command = [join(__dirname, '../test/histories.mjs'), '--scopes', '20', ...args];
    execFile(process.execPath, command, { env: { ...process.env, NODE_OPTIONS: '' } }, (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, said: error ? stdout + stderr : stdout }),
    );
  });

describe('histories of several processes, under kills, pauses, cuts, clock jumps and broker restarts', () => {
  it('are linearizable: exclusion, tokens, turns, wake-ups, releases, refusals and fences hold', async () => {
    expect(await check('--histories', '20')).toEqual({ code: 0, said: expect.stringContaining('nothing wrong') });
  });

  it.each(['release-by-a-non-holder'])('and a library with the fault %s is caught', async (fault) => {
    // in one round, on most machines
    expect(await check('--histories', '60', '--fault', fault)).toEqual({ code: 0, said: expect.stringContaining('caught') });
  });
});
