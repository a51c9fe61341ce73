import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** The long form is `npm run simulate`. */
const SEEDS = 80;

const LIMIT = 240_000;
jest.setTimeout(LIMIT);

/** Virtual time wants a process of its own, where the globals are the simulation's; Jest's own limit does not end it. */
const simulate = (...args: string[]) =>
  spawnSync(process.execPath, [join(process.cwd(), 'test/simulation/dist/main.js'), ...args], { encoding: 'utf8', timeout: LIMIT });

describe('the coordinator in simulation', () => {
  it(`keeps every promise in ${SEEDS} worlds`, () => {
    const { stdout, stderr, status } = simulate('--seeds', String(SEEDS));
    expect(`${stdout}${stderr}`).not.toContain('is broken');
    expect(status).toBe(0);
    const { flows, deaths, events } = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, number>;
    expect(flows).toBeGreaterThan(SEEDS);
    expect(deaths).toBeGreaterThan(SEEDS);
    expect(events).toBeGreaterThan(SEEDS * 100);
  });

  it('runs a seed the same way each time', () => {
    const [first, second] = [1, 2].map(() => simulate('--seed', '7', '--trace').stdout.replace(/^\{.*/m, ''));
    expect(first!.length).toBeGreaterThan(1_000);
    expect(second).toBe(first);
  });
});
