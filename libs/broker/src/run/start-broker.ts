import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { withLockFile } from '../lock-file.js';
import { configFile, writeConfig } from './config-file.js';
import { freePort } from './free-port.js';
import { endOrphan, removeNote, writeNote } from './orphan.js';
import { ServerLog } from './server-log.js';
import { ServerProcess, type ServerExit } from './server-process.js';

export interface StartBrokerOptions {
  /** A nats-server, as `findBroker` gives it. */
  binary: string;
  /** Configuration, log and store lie here; one broker a folder. */
  dir: string;
  /** The accounts block, and other settings in nats-server's own language. */
  config: string;
  /** A loopback port; a free one when left out. */
  port?: number;
  /** Bytes that the store may hold; the server's own choice when left out. */
  storage?: number;
  /** Every write is synced to disk before it is acknowledged; default: every two minutes. */
  sync?: 'always';
}

/** How the broker ended; `expected` when it was told to. */
export interface BrokerExit extends ServerExit {
  expected: boolean;
  /** The end of its log. */
  log: string;
}

/** A nats-server on loopback that ends with this process, however that ends. */
export interface RunningBroker {
  readonly url: string;
  readonly port: number;
  /** Changes with a restart. */
  readonly pid: number;
  readonly configFile: string;
  readonly logFile: string;
  /** SIGTERM, and SIGKILL where that takes too long. Resolves when it is gone. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash would end it; `restart` starts it again on the same store. */
  kill(): Promise<void>;
  /** Starts it again on the same port and store; stops it first where it runs. */
  restart(): Promise<void>;
  /** Takes another configuration without closing connections (but of those whose rights are gone), and waits until it holds. */
  reload(config: string): Promise<void>;
  onExit(listener: (exit: BrokerExit) => void): () => void;
}

const PORT_TRIES = 5;
/** Milliseconds until a port that somebody had for a moment is tried again. */
const PORT_PAUSE = 300;

const isPortTaken = (error: unknown): boolean => /address already in use/.test((error as Error).message);

/**
 * Starts a broker and waits until it serves. `BROKER_FAILED` with the end of its log; `ALREADY_RUNNING` when
 * another process has one on this folder. One left behind by a dead process is ended first.
 */
export const startBroker = async (options: StartBrokerOptions): Promise<RunningBroker> => {
  const dir = resolve(options.dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  return withLockFile(join(dir, 'broker.lock'), { wait: 30_000, code: 'ALREADY_RUNNING' }, async () => {
    await endOrphan(dir);
    for (let attempt = 1; ; attempt += 1) {
      const broker = new Broker(options, dir, options.port ?? (await freePort()));
      try {
        await broker.start();
        return broker;
      } catch (error) {
        if (!isPortTaken(error) || options.port !== undefined || attempt === PORT_TRIES) throw error;
      }
    }
  });
};

class Broker implements RunningBroker {
  readonly url: string;
  readonly configFile: string;
  readonly logFile: string;
  #config: string;
  #process!: ServerProcess;
  readonly #listeners = new Set<(exit: BrokerExit) => void>();
  readonly #expected = new WeakSet<ServerProcess>();

  constructor(
    private readonly options: StartBrokerOptions,
    private readonly dir: string,
    readonly port: number,
  ) {
    this.url = `nats://127.0.0.1:${port}`;
    this.configFile = configFile(dir);
    this.logFile = join(dir, 'broker.log');
    this.#config = options.config;
  }

  get pid(): number {
    return this.#process.pid;
  }

  async start(): Promise<void> {
    await this.#write(this.#config);
    const log = new ServerLog(this.logFile);
    let running: ServerProcess;
    try {
      running = await ServerProcess.start(this.options.binary, this.configFile, log);
    } catch (error) {
      await log.close();
      throw error;
    }
    this.#process = running;
    await writeNote(this.dir, running.pid);
    void running.exited.then(async (exit) => {
      await log.close();
      const told: BrokerExit = { ...exit, expected: this.#expected.has(running), log: log.tail() };
      for (const listener of this.#listeners) listener(told);
    });
  }

  async stop(): Promise<void> {
    this.#expected.add(this.#process);
    await this.#process.stop();
    await removeNote(this.dir);
  }

  async kill(): Promise<void> {
    this.#expected.add(this.#process);
    await this.#process.kill();
  }

  async restart(): Promise<void> {
    if (!this.#process.ended) await this.stop();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.start();
      } catch (error) {
        // while it was away the port was free to be anybody's, for a connection or a look at what is free
        if (!isPortTaken(error) || attempt === PORT_TRIES) throw error;
        await delay(PORT_PAUSE);
      }
    }
  }

  async reload(config: string): Promise<void> {
    const before = this.#config;
    await this.#write(config);
    try {
      await this.#process.reload();
      // the imports of an account that is new in a reload lead nowhere until the next one (test/security/let-in.int.spec.ts)
      await this.#process.reload();
      this.#config = config;
    } catch (error) {
      await this.#write(before);
      throw error;
    }
  }

  onExit(listener: (exit: BrokerExit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #write(config: string): Promise<void> {
    await writeConfig({ dir: this.dir, port: this.port, config, storage: this.options.storage, sync: this.options.sync });
  }
}
