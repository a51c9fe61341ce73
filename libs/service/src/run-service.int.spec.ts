import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '@waggle/bus';
import { cleanupLater, eventually, testBroker, type TestBroker } from '@waggle/testkit';

jest.setTimeout(60_000);

const MANIFEST: Manifest = { name: 'plain', kind: 'core', publishes: ['card', 'beat'] };

/** The service as a process of its own (built code). */
class Process {
  log = '';
  readonly exit: Promise<unknown>;
  private readonly child;

  constructor(env: Record<string, string>) {
    this.child = spawn(process.execPath, [join(__dirname, '../test/plain-service.mjs')], {
      env: { PATH: process.env.PATH, MANIFEST: JSON.stringify(MANIFEST), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.log += text));
    // not before all that it said was heard
    this.exit = once(this.child, 'close').then(([code]: unknown[]) => code);
    cleanupLater(() => this.child.kill('SIGKILL'));
  }

  kill(signal: 'SIGTERM' | 'SIGINT'): void {
    this.child.kill(signal);
  }

  async says(text: string): Promise<void> {
    await eventually(() => this.log.includes(text), { timeout: 25_000 });
  }
}

describe('runService', () => {
  let broker: TestBroker;
  let env: Record<string, string>;
  beforeAll(async () => {
    broker = await testBroker({ secure: true, manifests: [MANIFEST] });
    const seedFile = join(broker.configFile, '..', 'plain.nk');
    await writeFile(seedFile, `${broker.keys.plain!.seed}\n`);
    env = { NATS_URL: broker.url, NATS_NKEY_SEED_FILE: seedFile };
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('stops gracefully at %s and exits with 0', async (signal) => {
    const service = new Process(env);
    await service.says('"msg":"up"');
    service.kill(signal);
    expect(await service.exit).toBe(0);
    expect(service.log).toContain('"msg":"stopped"');
  });

  it('ends at once at a second signal, with 130', async () => {
    const service = new Process({ ...env, HANGS: '1' });
    await service.says('"msg":"up"');
    service.kill('SIGTERM');
    await service.says('"msg":"stopping"');
    service.kill('SIGTERM');
    expect(await service.exit).toBe(130);
  });

  it('stops also while it still looks for a broker', async () => {
    const service = new Process({ NATS_URL: 'nats://127.0.0.1:9' });
    await service.says('trying again');
    service.kill('SIGTERM');
    expect(await service.exit).toBe(0);
  });

  it('exits with 1 when rights are missing, and names them', async () => {
    const service = new Process({ ...env, MANIFEST: JSON.stringify({ ...MANIFEST, publishes: ['card', 'beat', 'outcome'] }) });
    expect(await service.exit).toBe(1);
    expect(service.log).toContain('NATS_RIGHTS_MISSING');
  });

  it('exits with 2 when its configuration is wrong, and names every variable', async () => {
    const service = new Process({ ...env, NATS_NKEY_SEED_FILE: '/nowhere', WAGGLE_HTTP_PORT: 'many' });
    expect(await service.exit).toBe(2);
    expect(service.log).toMatch(/NATS_NKEY_SEED_FILE.*WAGGLE_HTTP_PORT|WAGGLE_HTTP_PORT.*NATS_NKEY_SEED_FILE/);
  });

  it('ends with 1 at a promise that nobody handled', async () => {
    const service = new Process({ ...env, BUG: '1' });
    expect(await service.exit).toBe(1);
    expect(service.log).toContain('forgotten');
  });
});
