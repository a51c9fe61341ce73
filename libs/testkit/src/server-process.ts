import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cleanupLater } from './cleanup.js';

const READY = 10_000;

/** The binary of `NATS_SERVER`, or the one that `findBroker` put into the workspace's cache. */
export const serverBinary = (): string => {
  if (process.env.NATS_SERVER) return process.env.NATS_SERVER;
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const candidate = join(folder, '.waggle', 'bin', 'nats-server');
    if (existsSync(candidate)) return candidate;
    if (folder === resolve(folder, '..')) return 'nats-server';
  }
};

const freePort = (): Promise<number> =>
  new Promise((done, failed) => {
    const server = createServer().once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });

/** A nats-server of a test's own: temporary store, free port, always stopped. */
export class ServerProcess {
  private child: ChildProcess | undefined;
  private log = '';

  private constructor(
    readonly dir: string,
    readonly port: number,
    readonly configFile: string,
  ) {}

  /** `config` is what stands beside address and store. */
  static async start(config = ''): Promise<ServerProcess> {
    const dir = await mkdtemp(join(tmpdir(), 'waggle-test-'));
    const made = new ServerProcess(dir, await freePort(), join(dir, 'nats.conf'));
    cleanupLater(() => made.stop());
    process.once('exit', () => made.child?.kill('SIGKILL'));
    await made.write(config);
    await made.run();
    return made;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Ends it with SIGKILL, as a crash would. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await ended;
  }

  /** On the same port and store. */
  async restart(): Promise<void> {
    await this.kill();
    await this.run();
  }

  async reload(config: string): Promise<void> {
    await this.write(config);
    const reloaded = this.says('Reloaded server configuration', READY);
    this.child?.kill('SIGHUP');
    await reloaded;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.dir, { recursive: true, force: true });
  }

  private async write(config: string): Promise<void> {
    await mkdir(this.dir, { recursive: true });
    await writeFile(
      this.configFile,
      `listen: "127.0.0.1:${this.port}"\njetstream { store_dir: "${this.dir}/js", max_file: 1T, max_mem: 64M }\nserver_name: test\n${config}\n`,
    );
  }

  private async run(): Promise<void> {
    this.log = '';
    const child = spawn(serverBinary(), ['-c', this.configFile], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.log = (this.log + text).slice(-64 * 1024)));
    await this.says('Server is ready', READY);
  }

  private says(line: string, timeout: number): Promise<void> {
    const { child } = this;
    const from = this.log.length;
    return new Promise((done, failed) => {
      const look = (): void => {
        if (this.log.slice(from).includes(line) || (from > this.log.length && this.log.includes(line))) finish();
      };
      const ended = (): void => finish(new Error(`nats-server ended: ${this.log.slice(-2_000)}`));
      const timer = setTimeout(() => finish(new Error(`nats-server did not say "${line}": ${this.log.slice(-2_000)}`)), timeout);
      const finish = (error?: Error): void => {
        clearTimeout(timer);
        child?.stderr?.off('data', look);
        child?.off('exit', ended).off('error', ended);
        if (error) failed(error);
        else done();
      };
      child?.stderr?.on('data', look);
      child?.once('exit', ended).once('error', ended);
    });
  }
}
