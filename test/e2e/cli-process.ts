import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export const ROOT = path.resolve(__dirname, '../..');
const BIN = path.join(ROOT, 'apps/cli/bin/waggle.js');

export interface Result {
  code: number | null;
  stdout: string;
  stderr: string;
  /** What `--json` printed: the last line. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each command prints something else, and the test says what
  json: any;
}

export interface CliOptions {
  env?: NodeJS.ProcessEnv;
  input?: string;
  /** Another Node than the one that runs the tests. */
  node?: string;
}

/** The real command line, as a process: its output as it comes, and how it ends. */
export class CliProcess {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly ended: Promise<Result>;

  constructor(args: readonly string[], { env = {}, input, node = process.execPath }: CliOptions = {}) {
    const { NATS_URL: _url, NATS_NKEY_SEED_FILE: _seed, WAGGLE_BROKER_URL: _broker, WAGGLE_DATA: _data, ...own } = process.env;
    this.child = spawn(node, [BIN, ...args], { cwd: ROOT, env: { ...own, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.stdin!.on('error', () => undefined);
    this.child.stdin!.end(input ?? '');
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = once(this.child, 'close').then(([code]) => {
      const last = this.stdout.trim().split('\n').at(-1) ?? '';
      return {
        code: code as number | null,
        stdout: this.stdout,
        stderr: this.stderr,
        json: last.startsWith('{') ? JSON.parse(last) : undefined,
      };
    });
  }

  /** Resolves once the output holds this; rejects when it ends without. */
  async says(text: string | RegExp): Promise<void> {
    const there = (): boolean => new RegExp(text).test(this.stdout + this.stderr);
    const heard = new Promise<void>((resolve) => {
      const look = (): void => {
        if (there()) resolve();
      };
      this.child.stdout!.on('data', look);
      this.child.stderr!.on('data', look);
      look();
    });
    await Promise.race([
      heard,
      this.ended.then(({ code, stdout, stderr }) => {
        if (!there()) throw new Error(`it ended with ${code} and did not say ${text}:\n${stdout}${stderr}`);
      }),
    ]);
  }
}

/** Runs a command to its end. */
export const cli = (args: readonly string[], options?: CliOptions): Promise<Result> => new CliProcess(args, options).ended;
