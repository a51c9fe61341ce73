import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readServiceConfig } from './service-config.js';

describe('readServiceConfig', () => {
  const dir = mkdtempSync(join(tmpdir(), 'waggle-config-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const seed = `SU${'A'.repeat(56)}`;

  it('has defaults for everything', () => {
    expect(readServiceConfig({}, {})).toMatchObject({
      servers: 'nats://127.0.0.1:4222',
      tenant: 'default',
      trusted: false,
      logLevel: 'info',
    });
  });

  it('reads the environment, the seed from its file', () => {
    const file = join(dir, 'seed');
    writeFileSync(file, `${seed}\n`);
    const env = {
      NATS_URL: 'nats://broker:4222',
      NATS_NKEY_SEED_FILE: file,
      WAGGLE_TENANT: 'acme',
      WAGGLE_TRUSTED: 'true',
      LOG_LEVEL: 'WARN',
      WAGGLE_HTTP_PORT: '0',
    };
    expect(readServiceConfig({}, env)).toMatchObject({
      servers: 'nats://broker:4222',
      seed,
      tenant: 'acme',
      trusted: true,
      logLevel: 'warn',
      httpPort: 0,
    });
  });

  it('prefers what is given in code', () => {
    expect(readServiceConfig({ tenant: 'given', seed, httpPort: 8_080 }, { WAGGLE_TENANT: 'other', WAGGLE_HTTP_PORT: '9' })).toMatchObject({
      tenant: 'given',
      seed,
      httpPort: 8_080,
    });
  });

  it('names every variable that is wrong', () => {
    const file = join(dir, 'no-seed');
    writeFileSync(file, 'hello');
    const env = { NATS_NKEY_SEED_FILE: file, WAGGLE_TENANT: 'a b', LOG_LEVEL: 'loud', WAGGLE_HTTP_PORT: '99999' };
    let caught: unknown;
    try {
      readServiceConfig({}, env);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ code: 'CONFIG_INVALID' });
    expect((caught as { problems: { path: string }[] }).problems.map(({ path }) => path).sort()).toEqual([
      'LOG_LEVEL',
      'NATS_NKEY_SEED_FILE',
      'WAGGLE_HTTP_PORT',
      'WAGGLE_TENANT',
    ]);
    expect(String(caught)).not.toContain('hello');
  });
});
