import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
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
  reportOf,
  say,
  secondsSince,
  stateOf,
  takeDown,
  type Deployment,
} from './compose.js';

const BROKERS = ['nats', 'nats-2', 'nats-3'];
const FILES = 600;

const deployment: Deployment = {
  project: `waggle-test-${randomUUID().slice(0, 8)}`,
  files: ['docker-compose.yml', 'deploy/docker-compose.cluster.yml'],
  env: { WAGGLE_PORT: '0', WAGGLE_PORT_2: '0', WAGGLE_PORT_3: '0' },
};

interface Stream {
  name: string;
  config: { num_replicas: number };
  cluster: { leader?: string; replicas: { current: boolean }[] };
}

/** Streams as a broker sees them. */
const streamsOf = async (broker: string): Promise<Stream[]> => {
  const url = 'http://127.0.0.1:8222/jsz?streams=true&config=true';
  const answer = await docker('exec', containerOf(deployment, broker), 'wget', '-q', '-O', '-', url);
  const { account_details } = JSON.parse(answer) as { account_details: { stream_detail: Stream[] }[] };
  return account_details.flatMap(({ stream_detail }) => stream_detail);
};

describe('docker-compose.cluster.yml', () => {
  let environment: StartedDockerComposeEnvironment | undefined;
  let folder: string;
  let report: object;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waggle-deploy-'));
    await chmod(folder, 0o755);
    await writeSampleRepository(folder, FILES);
    await compose(deployment, 'build', '--quiet', 'cli');
    const began = performance.now();
    environment = await bringUp(deployment);
    say(`cluster up and healthy in ${secondsSince(began)}`);
  }, 900_000);

  afterAll(async () => {
    try {
      await environment?.down({ removeVolumes: true, timeout: 30_000 });
      await takeDown(deployment);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 120_000);

  it('keeps everything on three brokers, and has two of each that decide', async () => {
    const streams = await streamsOf('nats');
    expect(streams.length).toBeGreaterThan(10);
    expect(streams.filter(({ config }) => config.num_replicas !== 3)).toEqual([]);
    for (const service of ['coordinator', 'registry']) {
      for (const index of [1, 2]) expect(await stateOf(containerOf(deployment, service, index))).toMatchObject({ healthy: true });
    }
  });

  it('shows the secret of the routes to the brokers alone', async () => {
    const [inspected] = JSON.parse(await docker('inspect', containerOf(deployment, 'nats'))) as [
      { Config: { Env: string[] }; Args: string[]; NetworkSettings: { Networks: Record<string, unknown> } },
    ];
    const config = await docker('exec', containerOf(deployment, 'nats'), 'cat', '/etc/nats/nats.conf');
    const secret = /password: "(\w{64})"/.exec(config)![1]!;
    expect(JSON.stringify([inspected.Args, inspected.Config.Env])).not.toContain(secret);
    expect(Object.keys(inspected.NetworkSettings.Networks).sort()).toEqual(['default', 'routes'].map((n) => `${deployment.project}_${n}`));
    // a service neither finds the routes' port nor reaches it at the address it knows
    const reach = (host: string): Promise<string> =>
      docker(
        ...['exec', containerOf(deployment, 'echo'), 'node', '-e'],
        `require('net').connect(6222, '${host}').on('connect', () => { console.log('open'); process.exit(); }).on('error', (e) => console.log(e.code))`,
      );
    expect(await reach('nats')).toBe('ECONNREFUSED');
    expect(await reach('broker-1')).toMatch(/ENOTFOUND|EAI_AGAIN/);
    for (const broker of BROKERS) expect(await docker('logs', containerOf(deployment, broker))).not.toContain(secret);
  });

  it('audits a folder', async () => {
    const began = performance.now();
    report = reportOf(await new Audit(deployment, folder).outcome);
    say(`audit of ${FILES} files in ${secondsSince(began)}`);
    expect(report).toMatchObject({ state: 'COMPLETED', summary: { analysed: FILES } });
  }, 180_000);

  it.each(BROKERS)(
    'ends with the same report when %s is killed in the middle and stays away',
    async (broker) => {
      const container = containerOf(deployment, broker);
      const name = `broker-${BROKERS.indexOf(broker) + 1}`;
      const led = (await streamsOf(broker)).filter(({ cluster }) => cluster.leader === name).map((stream) => stream.name);
      const audit = new Audit(deployment, folder);
      await audit.says(/"debt".*"WORKING"/);
      await docker('kill', container);
      expect(audit.ended).toBe(false);
      const began = performance.now();
      expect(reportOf(await audit.outcome)).toEqual(report);
      expect((await stateOf(container)).pid).toBe(0);
      say(`${broker}, leader of ${led.join(', ') || 'nothing'}, killed: the audit ended ${secondsSince(began)} after`);
      const since = Date.now() / 1_000;
      await docker('start', container);
      await healthyAgain(container, since);
    },
    240_000,
  );
});
