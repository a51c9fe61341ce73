import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { newId } from '@waggle/protocol';
import { cleanupLater } from '@waggle/testkit';
import type { Rig } from './rig.js';

/** An agent in a process of its own (built code), for tests that kill it. */
export class WorkerProcess {
  readonly instance = newId();
  readonly exited: Promise<unknown>;
  private readonly child: ChildProcess;

  constructor(rig: Rig) {
    const { broker } = rig;
    this.child = spawn(process.execPath, [join(__dirname, 'killable-worker.mjs')], {
      env: { ...process.env, NODE_OPTIONS: '', WORKER: `${broker.url} ${this.instance} ${broker.keys.worker!.seed}` },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.exited = once(this.child, 'exit');
    cleanupLater(() => this.kill());
  }

  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL');
      await this.exited;
    }
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void {
    this.child.kill(name);
  }
}
