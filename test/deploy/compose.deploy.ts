import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StartedDockerComposeEnvironment } from 'testcontainers';
import { writeSampleRepository } from '../support/sample-repository.js';
import {
  Audit,
  bringUp,
  compose,
  containerOf,
  docker,
  healthyAgain,
  IMAGE,
  killProcess,
  reportOf,
  residentOf,
  say,
  secondsSince,
  stateOf,
  takeDown,
  type Deployment,
} from './compose.js';
import { EXPECTED, OWN_RULE, writeDangers } from './dangers.js';

const SERVICES = ['coordinator', 'registry', 'sessions', 'workspace', 'tech-debt-tracker', 'security-auditor', 'reviewer', 'echo'];
/** Enough to be at work for some seconds. */
const FILES = 1_200;
const MB = 1024 ** 2;

describe('docker-compose.yml', () => {
  let environment: StartedDockerComposeEnvironment | undefined;
  let deployment: Deployment;
  let home: string;
  let folder: string;
  let report: object;

  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'waggle-deploy-'));
    await chmod(home, 0o755);
    folder = path.join(home, 'sample');
    await mkdir(folder);
    await writeSampleRepository(folder, FILES);
    const rules = path.join(home, 'rules');
    await mkdir(rules);
    await writeFile(path.join(rules, 'own.yaml'), OWN_RULE);
    deployment = {
      project: `waggle-test-${randomUUID().slice(0, 8)}`,
      files: ['docker-compose.yml'],
      env: { WAGGLE_PORT: '0', WAGGLE_RULES: rules },
    };
    let began = performance.now();
    await compose(deployment, 'build', '--quiet', 'cli');
    say(`image built in ${secondsSince(began)}`);
    began = performance.now();
    environment = await bringUp(deployment);
    say(`mesh up and healthy in ${secondsSince(began)}`);
  }, 900_000);

  afterAll(async () => {
    try {
      await environment?.down({ removeVolumes: true, timeout: 30_000 });
      await takeDown(deployment);
    } finally {
      await rm(home, { recursive: true, force: true });
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
      const container = containerOf(deployment, service);
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
    const resident = await Promise.all(
      SERVICES.map(async (service) => `${service} ${await residentOf(containerOf(deployment, service))} MB`),
    );
    say(`resident, idle: ${resident.join(', ')}`);
  });

  it('audits a folder', async () => {
    const began = performance.now();
    const outcome = await new Audit(deployment, folder).outcome;
    say(`audit of ${FILES} files in ${secondsSince(began)}`);
    report = reportOf(outcome);
    expect(report).toMatchObject({
      state: 'COMPLETED',
      summary: { analysed: FILES, notAnalysed: 3 },
      artifacts: ['report.html', 'report.json', 'report.sarif'],
    });
    expect((report as { summary: { findings: number } }).summary.findings).toBeGreaterThan(FILES);
  }, 120_000);

  it('has a parser for each language, and takes rules of a folder', async () => {
    const [dangers, out] = [path.join(home, 'dangers'), path.join(home, 'out')];
    await mkdir(dangers);
    await writeDangers(dangers);
    await mkdir(out);
    await chmod(out, 0o777);
    const mounts = ['-v', `${dangers}:/workspace:ro`, '-v', `${out}:/out`];
    await compose(deployment, 'run', '--rm', '--no-deps', '-T', ...mounts, 'cli', '--json', 'audit', '/workspace', '--out', '/out');
    const { findings } = JSON.parse(await readFile(path.join(out, 'report.json'), 'utf8')) as {
      findings: { rule: string; file: string }[];
    };
    expect(findings.map(({ rule, file }) => `${file} ${rule}`)).toEqual(expect.arrayContaining(EXPECTED));
  }, 120_000);

  it('is backed up while it runs, by a key for nothing else', async () => {
    const backups = path.join(home, 'backups');
    await mkdir(backups);
    await chmod(backups, 0o777);
    await compose(deployment, 'run', '--rm', '--no-deps', '-T', '-v', `${backups}:/backups`, 'keeper', 'backup', '/backups/one');
    expect(await readdir(path.join(backups, 'one'))).not.toEqual([]);
  }, 120_000);

  it('rotates a key while it runs', async () => {
    const keys = (...args: string[]): Promise<string> =>
      compose(
        deployment,
        ...['run', '--rm', '--no-deps', '-T', 'keys', 'apps/cli/bin/waggle.js', 'keys', ...args],
        ...['--dir', '/var/lib/waggle', '--owner', '1000'],
      );
    const seed = (): Promise<string> => docker('exec', containerOf(deployment, 'echo'), 'sha256sum', '/run/waggle/seed');
    const before = await seed();
    await keys('rotate', 'echo');
    await compose(deployment, 'kill', '-s', 'HUP', 'nats');
    await compose(deployment, 'up', '-d', '--wait', '--no-deps', '--force-recreate', 'echo');
    await keys('finish', 'echo');
    await compose(deployment, 'kill', '-s', 'HUP', 'nats');
    expect(await seed()).not.toBe(before);
    const since = Date.now() / 1_000;
    await compose(deployment, 'restart', 'echo');
    await healthyAgain(containerOf(deployment, 'echo'), since);
  }, 120_000);

  it.each(['tech-debt-tracker', 'coordinator'])(
    'ends with the same report when the process of the %s is killed in the middle',
    async (service) => {
      const container = containerOf(deployment, service);
      const { restarts, pid } = await stateOf(container);
      const audit = new Audit(deployment, folder);
      await audit.says(/"debt".*"WORKING"/);
      const since = Date.now() / 1_000;
      await killProcess(container);
      expect(audit.ended).toBe(false);
      const began = performance.now();
      await healthyAgain(container, since);
      say(`${service} healthy again in ${secondsSince(began)}`);
      const after = await stateOf(container);
      expect(after).toMatchObject({ restarts: restarts + 1, healthy: true });
      expect(after.pid).not.toBe(pid);
      expect(reportOf(await audit.outcome)).toEqual(report);
    },
    180_000,
  );
});
