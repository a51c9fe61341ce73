import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** One point in so many: the long form, each of them, is `npm run crash`. */
const EVERY = '15';

const LIMIT = 240_000;
jest.setTimeout(LIMIT);

describe.each(['coordinator', 'agent'])('%s killed at numbered points', (who) => {
  it('leaves another to end the flow as if nothing had happened', () => {
    const main = join(process.cwd(), 'test/crash/dist/main.js');
    // Jest's own limit does not end what a test waits for like this
    const options = { encoding: 'utf8', timeout: LIMIT } as const;
    const { stdout, stderr, status } = spawnSync(process.execPath, [main, '--who', who, '--every', EVERY], options);
    const said = `${stdout}${stderr}`;
    expect({ status, said: status === 0 ? '' : said }).toEqual({ status: 0, said: '' });
    const { deaths, points, wrong } = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, number>;
    expect(wrong).toBe(0);
    expect(points).toBeGreaterThan(20);
    expect(deaths).toBeGreaterThan(1);
  });
});
