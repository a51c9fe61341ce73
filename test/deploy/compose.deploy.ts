import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Outcome } from '@waggle/protocol';
import { DockerComposeEnvironment, Wait, type StartedDockerComposeEnvironment } from 'testcontainers';
import { writeSampleRepository } from '../support/sample-repository.js';
import { Audit, docker, healthyAgain, IMAGE, killProcess, residentOf, ROOT, stateOf, type Deployment } from './compose.js';

const SERVICES = ['coordinator', 'registry', 'sessions', 'workspace', 'tech-debt-tracker', 'security-auditor', 'reviewer', 'echo'];
/** Enough to be at work for some seconds. */
const FILES = 1_200;
const MB = 1024 ** 2;

const deployment: Deployment = { project: `waggle-test-${randomUUID().slice(0, 8)}`, env: { WAGGLE_PORT: '0' } };
const containerOf = (service: string): string => `${deployment.project}-${service}-1`;
const seconds = (since: number): string => `${((performance.now() - since) / 1_000).toFixed(1)} s`;
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

/** What two audits of the same folder have in common: all but the names under which the reports were stored. */
const reportOf = ({ state, output }: Outcome): object => {
  const { artifacts, ...rest } = output as { artifacts: { name: string }[] };
  return { state, ...rest, artifacts: artifacts.map(({ name }) => name).sort() };
};

describe('docker-compose.yml', () => {
  let environment: StartedDockerComposeEnvironment | undefined;
  let folder: string;
  let report: object;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waggle-deploy-'));
    await chmod(folder, 0o755);
    await writeSampleRepository(folder, FILES);
    let began = performance.now();
    await docker('compose', '--file', path.join(ROOT, 'docker-compose.yml'), 'build', '--quiet', 'cli');
    say(`image built in ${seconds(began)}`);
    began = performance.now();
    environment = await new DockerComposeEnvironment(ROOT, 'docker-compose.yml')
      .withProjectName(deployment.project)
      .withEnvironment(deployment.env)
      .withClientOptions({ commandOptions: ['--wait'] })
      .withDefaultWaitStrategy(Wait.forHealthCheck())
      .withAutoCleanup(false)
      .up();
    say(`mesh up and healthy in ${seconds(began)}`);
  }, 600_000);

  afterAll(async () => {
    try {
      // also what a failed `up` left
      await environment?.down({ removeVolumes: true, timeout: 30_000 });
      const compose = ['compose', '--project-name', deployment.project, '--file', path.join(ROOT, 'docker-compose.yml')];
      await docker(...compose, 'down', '--volumes', '--remove-orphans', '--timeout', '10');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 120_000);

  it('is one small image without tools to build with', async () => {
    const size = Number(await docker('image', 'inspect', IMAGE, '--format', '{{.Size}}')) / MB;
    say(`image ${Math.round(size)} MB`);
    expect(size).toBeLessThanOrEqual(350);
    const look =
      "for tool in npm npx gcc make python3 git; do command -v $tool; done; find / -xdev -name '*.spec.*' -path '*waggle*'; true";
    expect(await docker('run', '--rm', '--entrypoint', 'sh', IMAGE, '-c', look)).toBe('');
  });

  it('runs each service as nobody special, with its own key alone', async () => {
    for (const service of SERVICES) {
      const container = containerOf(service);
      const inspected = JSON.parse(await docker('inspect', container)) as [
        { Config: { User: string }; HostConfig: { ReadonlyRootfs: boolean; CapDrop: string[]; CapAdd: string[] | null } },
      ];
      const { Config, HostConfig } = inspected[0];
      expect({ service, user: Config.User, readOnly: HostConfig.ReadonlyRootfs, drop: HostConfig.CapDrop, add: HostConfig.CapAdd }).toEqual(
        {
          service,
          user: 'node',
          readOnly: true,
          drop: ['ALL'],
          add: null,
        },
      );
      expect(await docker('exec', container, 'sh', '-c', 'id -u; ls -A /run/waggle; stat -c %a /run/waggle/seed')).toBe('1000\nseed\n400');
    }
    const resident = await Promise.all(SERVICES.map(async (service) => `${service} ${await residentOf(containerOf(service))} MB`));
    say(`resident, idle: ${resident.join(', ')}`);
  });

  it('audits a folder', async () => {
    const began = performance.now();
    const outcome = await new Audit(deployment, folder).outcome;
    say(`audit of ${FILES} files in ${seconds(began)}`);
    report = reportOf(outcome);
    expect(report).toMatchObject({
      state: 'COMPLETED',
      summary: { analysed: FILES, notAnalysed: 3 },
      artifacts: ['report.html', 'report.json', 'report.sarif'],
    });
    expect((report as { summary: { findings: number } }).summary.findings).toBeGreaterThan(FILES);
  }, 120_000);

  it.each(['tech-debt-tracker', 'coordinator'])(
    'ends with the same report when the process of the %s is killed in the middle',
    async (service) => {
      const container = containerOf(service);
      const { restarts, pid } = await stateOf(container);
      const audit = new Audit(deployment, folder);
      await audit.says(/"debt".*"WORKING"/);
      const since = Date.now() / 1_000;
      await killProcess(container);
      expect(audit.ended).toBe(false);
      const began = performance.now();
      await healthyAgain(container, since);
      say(`${service} healthy again in ${seconds(began)}`);
      const after = await stateOf(container);
      expect(after).toMatchObject({ restarts: restarts + 1, healthy: true });
      expect(after.pid).not.toBe(pid);
      expect(reportOf(await audit.outcome)).toEqual(report);
    },
    180_000,
  );
});
