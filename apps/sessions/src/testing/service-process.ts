import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cleanupLater, type TestBroker } from '@waggle/testkit';

const MAIN = resolve(__dirname, '../../dist/main.js');

/** The built service as a process that is started again whenever it is killed. */
export class ServiceProcess {
  private child?: ChildProcess;
  private stopped = false;
  kills = 0;

  constructor(private readonly broker: TestBroker) {
    this.start();
    cleanupLater(() => this.stop());
  }

  /** SIGKILL. */
  kill(): void {
    this.kills++;
    this.child?.kill('SIGKILL');
  }

  stop(): void {
    this.stopped = true;
    this.child?.kill('SIGKILL');
  }

  private start(): void {
    const folder = mkdtempSync(join(tmpdir(), 'waggle-sessions-'));
    const seed = join(folder, 'seed');
    writeFileSync(seed, this.broker.keys.sessions!.seed, { mode: 0o600 });
    const env = { PATH: process.env.PATH, NATS_URL: this.broker.url, NATS_NKEY_SEED_FILE: seed, LOG_LEVEL: 'error' };
    this.child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'ignore', 'inherit'] });
    this.child.once('exit', () => {
      rmSync(folder, { recursive: true, force: true });
      if (!this.stopped) this.start();
    });
  }
}
