import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Outcome } from '@waggle/protocol';
import { DockerComposeEnvironment, Wait, type StartedDockerComposeEnvironment } from 'testcontainers';

export const ROOT = path.resolve(__dirname, '../..');
export const IMAGE = 'waggle:local';
const exec = promisify(execFile);

export const docker = async (...args: string[]): Promise<string> => (await exec('docker', args)).stdout.trim();

export interface Deployment {
  project: string;
  /** Compose files, from the root. */
  files: string[];
  /** For the variables of the compose files. */
  env: Record<string, string>;
}

const composeOf = ({ project, files }: Deployment): string[] => [
  'compose',
  '--project-name',
  project,
  ...files.flatMap((file) => ['--file', path.join(ROOT, file)]),
  '--progress',
  'quiet',
];

/** `docker compose …` on the files of a deployment; resolves with what it printed. */
export const compose = async (deployment: Deployment, ...args: string[]): Promise<string> =>
  (await exec('docker', [...composeOf(deployment), ...args], { env: { ...process.env, ...deployment.env } })).stdout.trim();

/** Resolves when all of it is healthy. The image must be there. */
export const bringUp = ({ project, files, env }: Deployment): Promise<StartedDockerComposeEnvironment> =>
  new DockerComposeEnvironment(ROOT, files)
    .withProjectName(project)
    .withEnvironment(env)
    .withClientOptions({ commandOptions: ['--wait'] })
    .withDefaultWaitStrategy(Wait.forHealthCheck())
    .withAutoCleanup(false)
    .up();

/** Also what a failed start left. */
export const takeDown = async (deployment: Deployment): Promise<void> => {
  await compose(deployment, '--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '10');
};

export const containerOf = ({ project }: Deployment, service: string, index = 1): string => `${project}-${service}-${index}`;

export const secondsSince = (began: number): string => `${((performance.now() - began) / 1_000).toFixed(1)} s`;

export const say = (text: string): boolean => process.stdout.write(`${text}\n`);

/** What two audits of the same folder have in common: all but the names under which the reports were stored. */
export const reportOf = ({ state, output }: Outcome): object => {
  const { artifacts, ...rest } = output as { artifacts: { name: string }[] };
  return { state, ...rest, artifacts: artifacts.map(({ name }) => name).sort() };
};

/** One audit from a container of the command line: what it has told so far, and its outcome. */
export class Audit {
  readonly outcome: Promise<Outcome>;
  ended = false;
  private readonly lines: string[] = [];
  private readonly listeners = new Set<() => void>();

  constructor(deployment: Deployment, folder: string) {
    const command = ['--json', 'run', 'repo-audit', '--input', 'workspace=/workspace', '--input', 'fresh=true'];
    const run = ['run', '--rm', '--no-deps', '-T', '-v', `${folder}:/workspace:ro`, 'cli', ...command];
    const child = spawn('docker', [...composeOf(deployment), ...run], {
      env: { ...process.env, ...deployment.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.lines.push(line);
      for (const listener of this.listeners) listener();
    });
    this.outcome = once(child, 'close').then(([code]) => {
      this.ended = true;
      for (const listener of this.listeners) listener();
      const last = this.lines.at(-1) ?? '';
      if (code !== 0) throw new Error(`the audit ended with ${code}: ${errors}${last}`);
      return (JSON.parse(last) as { outcome: Outcome }).outcome;
    });
    this.outcome.catch(() => undefined);
  }

  /** Resolves at the first line that says this; rejects when the audit ends without. */
  says(text: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.lines.some((line) => text.test(line))) resolve();
        else if (this.ended) reject(new Error(`the audit ended and never said ${text}`));
      };
      this.listeners.add(look);
      look();
    });
  }
}

interface State {
  pid: number;
  restarts: number;
  healthy: boolean;
}

export const stateOf = async (container: string): Promise<State> => {
  const [inspected] = JSON.parse(await docker('inspect', container)) as [
    { RestartCount: number; State: { Pid: number; Health?: { Status: string } } },
  ];
  return { pid: inspected.State.Pid, restarts: inspected.RestartCount, healthy: inspected.State.Health?.Status === 'healthy' };
};

/** Ends a container's process as the kernel would; `docker kill` would count as stopped by hand, and nothing starts it again. */
export const killProcess = async (container: string): Promise<void> => {
  const { pid } = await stateOf(container);
  if (pid === 0) throw new Error(`${container} does not run`);
  await docker('run', '--rm', '--pid', 'host', '--user', 'root', IMAGE, '-e', `process.kill(${pid}, 'SIGKILL')`);
};

/** Resolves when the engine says that the container is healthy again, after a start that came after `since` (seconds of the epoch). */
export const healthyAgain = async (container: string, since: number): Promise<void> => {
  const filters = ['--filter', `container=${container}`, '--filter', 'event=health_status'];
  const events = spawn('docker', ['events', '--since', since.toFixed(3), ...filters, '--format', '{{.Action}}'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    for await (const line of createInterface({ input: events.stdout })) if (line.endsWith(': healthy')) return;
    throw new Error(`the engine's events ended before ${container} was healthy`);
  } finally {
    events.kill();
  }
};

/** Resident memory of a container's process, in MB. */
export const residentOf = async (container: string): Promise<number> => {
  const status = await docker('exec', container, 'cat', '/proc/1/status');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024);
};
