import { Inject, Injectable, Module } from '@nestjs/common';
import type { Bus, Manifest } from '@waggle/bus';
import { subjects, type AgentCard, type AgentMessage, type Beat } from '@waggle/protocol';
import { cleanupLater, eventually, testBroker, type TestBroker } from '@waggle/testkit';
import { BUS, Lifecycle, startService, type RunningService, type ServiceConfig } from './index.js';

const MANIFEST: Manifest = { name: 'plain', kind: 'core', publishes: ['card', 'beat'], serves: ['health'] };
const WATCHER: Manifest = { name: 'watcher', kind: 'core', rereads: ['BEAT'], hears: ['beat'], calls: ['plain.health'] };

const order: string[] = [];

@Injectable()
class Worker {
  constructor(
    @Inject(BUS) readonly bus: Bus,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onDrain(async () => void order.push('drained'));
  }

  onModuleDestroy(): void {
    order.push('destroyed');
  }
}

@Module({ providers: [Worker] })
class PlainModule {}

const start = async (broker: TestBroker, more: Partial<ServiceConfig> = {}, manifest = MANIFEST): Promise<RunningService> => {
  const service = await startService(
    { manifest, module: PlainModule, version: '1.2.3' },
    { servers: broker.url, seed: broker.keys[manifest.name]!.seed, logLevel: 'silent', ...more },
  );
  cleanupLater(() => service.stop());
  return service;
};

const ready = async (port: number): Promise<{ status: number; body: { ready: boolean; reasons: string[] } }> => {
  const response = await fetch(`http://127.0.0.1:${port}/ready`);
  return { status: response.status, body: (await response.json()) as { ready: boolean; reasons: string[] } };
};

describe('startService', () => {
  let broker: TestBroker;
  beforeAll(async () => (broker = await testBroker({ secure: true, manifests: [MANIFEST, WATCHER] })));

  it('brings up bus and module, shows a card, beats, and says so when it leaves', async () => {
    const watcher = await broker.busFor(WATCHER);
    const service = await start(broker, { instance: 'one' });
    expect(service.health).toEqual({ ready: true, reasons: [] });
    expect(service.app.get(Worker).bus).toBe(service.bus);
    const card = (await watcher.last('BEAT', subjects.card('plain', 'one')))?.json<AgentMessage<AgentCard>>().payload;
    expect(card).toMatchObject({ name: 'plain', instance: 'one', kind: 'service', version: '1.2.3', skills: [], pid: process.pid });
    const beat = async (): Promise<Beat | undefined> =>
      (await watcher.last('BEAT', subjects.beat('plain', 'one')))?.json<AgentMessage<Beat>>().payload;
    const second = await eventually(async () => ((await beat())?.n ?? 0) >= 1 && beat());
    expect(second).toMatchObject({ draining: false, held: [], clientId: service.bus.connection.clientId });
    expect(service.health.ready && JSON.parse((await watcher.request(subjects.endpoint('plain', 'health', 'watcher'), '')).text())).toEqual(
      {
        ready: true,
        reasons: [],
      },
    );
    await service.stop();
    expect(order).toEqual(['drained', 'destroyed']);
    expect((await beat())?.draining).toBe(true);
    expect(await service.ended).toBeUndefined();
  });

  it('does not start without the rights its manifest declares, and names them', async () => {
    const wants: Manifest = { ...MANIFEST, publishes: ['card', 'beat', 'flow'] };
    await expect(start(broker, {}, wants)).rejects.toMatchObject({
      code: 'NATS_RIGHTS_MISSING',
      problems: [expect.objectContaining({ message: expect.stringContaining('wg.*.flow.*') })],
    });
  });

  it('gives up in time when told to', async () => {
    await expect(start(broker, { servers: 'nats://127.0.0.1:9', startTimeout: 0 })).rejects.toMatchObject({ code: 'BUS_UNREACHABLE' });
  });

  it('waits for a broker that is not there yet; not ready until it is, nor while it is away', async () => {
    await broker.kill();
    const starting = startService(
      { manifest: MANIFEST, module: PlainModule },
      { servers: broker.url, seed: broker.keys.plain!.seed, logLevel: 'silent', httpPort: 18_473 },
    );
    const before = await eventually(() => ready(18_473));
    expect(before).toMatchObject({ status: 503, body: { ready: false } });
    expect((await fetch('http://127.0.0.1:18473/live')).status).toBe(200);
    await broker.restart();
    const service = await starting;
    cleanupLater(() => service.stop());
    expect(await ready(18_473)).toEqual({ status: 200, body: { ready: true, reasons: [] } });
    await broker.kill();
    await eventually(async () => (await ready(18_473)).status === 503);
    await broker.restart();
    await eventually(async () => (await ready(18_473)).status === 200);
    const metrics = await (await fetch('http://127.0.0.1:18473/metrics')).text();
    expect(metrics).toContain('process_cpu_user_seconds_total{service="plain"}');
    await service.stop();
    await expect(fetch('http://127.0.0.1:18473/live')).rejects.toThrow();
  }, 60_000);
});
