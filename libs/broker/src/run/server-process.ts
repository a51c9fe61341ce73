import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { WaggleError } from '@waggle/protocol';
import { guard } from './guard.js';
import type { ServerLog } from './server-log.js';

export interface ServerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Reading a large store back takes its time. */
const PATIENCE = 60_000;
const GRACE = 8_000;

/** One run of nats-server: from its start until it has ended. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly exited: Promise<ServerExit>;
  #ended = false;

  private constructor(
    binary: string,
    config: string,
    private readonly log: ServerLog,
  ) {
    // A group of its own: a Ctrl-C in the terminal must not end the broker before the services have drained.
    this.#child = spawn(binary, ['-c', config], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    this.#child.stderr!.on('data', (chunk: Buffer) => log.take(chunk));
    const release = this.#child.pid === undefined ? () => undefined : guard(this.#child.pid);
    this.exited = new Promise((resolve) => {
      const end = (exit: ServerExit): void => {
        this.#ended = true;
        release();
        resolve(exit);
      };
      this.#child.on('error', () => end({ code: -1, signal: null }));
      this.#child.on('close', (code, signal) => end({ code, signal }));
    });
  }

  /** Starts it and waits until it serves. `BROKER_FAILED` with the end of its log. */
  static async start(binary: string, config: string, log: ServerLog): Promise<ServerProcess> {
    const server = new ServerProcess(binary, config, log);
    try {
      await server.#says({ what: 'start', good: /Server is ready/ });
    } catch (error) {
      await server.kill();
      throw error;
    }
    return server;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Has it read its configuration again. `BROKER_FAILED` where it refuses it: it goes on with the old one. */
  async reload(): Promise<void> {
    const taken = this.#says({ what: 'reload', good: /Reloaded server configuration/, bad: /Failed to reload/ });
    this.#child.kill('SIGHUP');
    await taken;
  }

  async stop(): Promise<void> {
    if (this.#ended) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), GRACE);
    await this.exited;
    clearTimeout(timer);
  }

  async kill(): Promise<void> {
    if (!this.#ended) this.#child.kill('SIGKILL');
    await this.exited;
  }

  /** Waits for a line of its log. */
  async #says({ what, good, bad }: { what: string; good: RegExp; bad?: RegExp }): Promise<void> {
    const done = new AbortController();
    let stopWatching = (): void => undefined;
    const seen = new Promise<string | undefined>((resolve) => {
      stopWatching = this.log.watch((line) => {
        if (bad?.test(line)) resolve(line);
        else if (good.test(line)) resolve(undefined);
      });
    });
    const timer = setTimeout(() => done.abort(), PATIENCE);
    try {
      const failed = await Promise.race([
        seen,
        this.exited.then(({ code, signal }) => `it ended with ${signal ?? `code ${code}`}`),
        once(done.signal, 'abort').then(() => `no answer within ${PATIENCE / 1_000} s`),
      ]);
      if (failed !== undefined) throw new WaggleError('BROKER_FAILED', `the broker did not ${what}: ${failed}\n${this.log.tail()}`);
    } finally {
      clearTimeout(timer);
      stopWatching();
    }
  }
}
