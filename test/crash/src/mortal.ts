import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { newId } from '@waggle/protocol';
import type { ToChild, ToParent } from './scenario.js';

export type Role = 'coordinator' | 'agent';

/** A process that waits for its word: begun early, so that nobody waits for it. */
export class Mortal {
  readonly exited: Promise<unknown>;
  private readonly child: ChildProcess;
  private readonly ready: Promise<void>;

  constructor(role: Role, servers: string) {
    this.child = spawn(process.execPath, [join(import.meta.dirname, 'mortal-process.js'), role, servers, newId()], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.exited = once(this.child, 'exit');
    this.ready = this.hear('ready').then(() => undefined);
    this.ready.catch(() => undefined);
  }

  /** `dieAt`: kills itself at this point, counted from when it has started. */
  async start(dieAt?: number): Promise<void> {
    await this.ready;
    const started = this.hear('started');
    this.tell({ kind: 'start', ...(dieAt === undefined ? {} : { dieAt }) });
    await started;
  }

  /** How many points it has passed. */
  async points(): Promise<number> {
    const heard = this.hear('points');
    this.tell({ kind: 'points' });
    return ((await heard) as { points: number }).points;
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async kill(): Promise<void> {
    if (!this.alive) return;
    this.child.kill('SIGKILL');
    await this.exited;
  }

  private tell(message: ToChild): void {
    this.child.send(message);
  }

  private hear(kind: ToParent['kind']): Promise<ToParent> {
    return new Promise((resolve, reject) => {
      const heard = (message: ToParent): void => {
        if (message.kind !== kind) return;
        this.child.off('message', heard);
        resolve(message);
      };
      this.child.on('message', heard);
      this.child.once('exit', () => reject(new Error(`the process ended before it was ${kind}`)));
    });
  }
}
