import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepSettings } from './broker-settings.js';
import { brokerText } from './broker-text.js';

describe('settings of a deployment', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'waggle-settings-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('says nothing of a cluster, or of syncing, unless asked', async () => {
    const text = brokerText('accounts {}', await keepSettings(folder, {}));
    expect(text).toContain('server_name: "waggle"');
    expect(text).not.toMatch(/cluster|sync_interval/);
  });

  it('keeps what was said, and the secret of the routes', async () => {
    const first = await keepSettings(folder, { brokers: ['a', 'b', 'c'], sync: 'always' });
    expect(first.routeSecret).toMatch(/^[0-9a-f]{64}$/);
    expect(await keepSettings(folder, {})).toEqual(first);
    expect((await stat(join(folder, 'broker.json'))).mode & 0o077).toBe(0);
    const text = brokerText('accounts {}', first);
    expect(text).toContain('sync_interval: "always"');
    expect(text.split(first.routeSecret!)).toHaveLength(5);
  });

  it.each([
    [{ brokers: ['a', 'b'] }, '--brokers names 1, 3 or 5 brokers'],
    [{ brokers: ['a', 'b', 'a'] }, '--brokers names one twice'],
    [{ brokers: ['a', 'b', 'c"'] }, '--brokers takes host names'],
    [{ sync: 'soon' }, '--sync is'],
  ])('refuses %j', async (given, message) => {
    await expect(keepSettings(folder, given)).rejects.toMatchObject({ code: 'BAD_USAGE', message: expect.stringContaining(message) });
  });
});
