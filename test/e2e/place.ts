import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@waggle/testkit';
import { cli as run, CliProcess, type CliOptions, type Result } from './cli-process.js';

/** Milliseconds for a test of many processes: a bound for what hangs, also where each takes ten times as long as it should. */
export const BOUND = 240_000;

/** A mesh folder of a test's own, and the command line on it. */
export class Place {
  readonly children: (CliProcess | ChildProcess)[] = [];

  private constructor(readonly dir: string) {}

  static async make(): Promise<Place> {
    return new Place(await mkdtemp(path.join(tmpdir(), 'waggle-cli-')));
  }

  get data(): string {
    return path.join(this.dir, 'mesh');
  }

  cli(args: string[], options?: CliOptions): Promise<Result> {
    return run(['--data', this.data, ...args], options);
  }

  start(args: string[], options?: CliOptions): CliProcess {
    const started = new CliProcess(['--data', this.data, ...args], options);
    this.children.push(started);
    return started;
  }

  async up(args: string[] = [], options?: CliOptions): Promise<CliProcess> {
    const up = this.start(['up', ...args], options);
    await up.says('ready in');
    return up;
  }

  /** A command about a flow that was submitted just now: it is stored, and known once the coordinator has come to it. */
  about(args: string[]): Promise<Result> {
    const look = async (): Promise<Result | false> => {
      const result = await this.cli(args);
      return !`${result.stdout}${result.stderr}`.includes('FLOW_UNKNOWN') && result;
    };
    return eventually(look, { timeout: 60_000 });
  }

  async state(): Promise<{ owner: { pid: number }; broker: { pid: number }; services: { name: string; pid: number }[]; url: string }> {
    return JSON.parse(await readFile(path.join(this.data, 'mesh.json'), 'utf8'));
  }

  async file(name: string, content: string | Uint8Array): Promise<string> {
    const file = path.join(this.dir, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    return file;
  }

  async remove(): Promise<void> {
    for (const started of this.children) (started instanceof CliProcess ? started.child : started).kill('SIGTERM');
    for (const started of this.children) if (started instanceof CliProcess) await started.ended;
    await rm(this.dir, { recursive: true, force: true });
  }
}
