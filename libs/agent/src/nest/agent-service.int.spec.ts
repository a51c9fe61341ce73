import { createServer, type AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { agentManifest, provisionAgent, type Manifest } from '@waggle/bus';
import { startService } from '@waggle/service';
import { cleanupLater, eventually, testBroker } from '@waggle/testkit';
import { Agent, agentService, Skill } from '../index.js';

jest.setTimeout(30_000);

@Agent({ name: 'early', description: 'Starts before its queues are there' })
class Early {
  @Skill({ id: 'test.early' })
  async answer(): Promise<string> {
    return 'here';
  }
}

@Module({ providers: [Early] })
class EarlyModule {}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

describe('an agent that starts before its queues exist', () => {
  const manifest: Manifest = agentManifest('early');

  it('is not ready and says why, then works when they are made', async () => {
    const broker = await testBroker({});
    const httpPort = await freePort();
    const starting = startService(agentService(EarlyModule, manifest), {
      servers: broker.url,
      trusted: true,
      logLevel: 'silent',
      httpPort,
    });
    cleanupLater(async () => (await starting).stop());
    const ready = async (): Promise<{ status: number; reasons: string }> => {
      const response = await fetch(`http://127.0.0.1:${httpPort}/ready`);
      return { status: response.status, reasons: String(((await response.json()) as { reasons: string[] }).reasons) };
    };
    await eventually(async () => (await ready()).reasons.includes('the queues of early are not there yet'));
    expect((await ready()).status).toBe(503);
    await provisionAgent({ servers: broker.url, trusted: true, manifest });
    await starting;
    expect(await ready()).toEqual({ status: 200, reasons: '' });
  });

  it('can be stopped while it waits', async () => {
    const broker = await testBroker({});
    const stop = new AbortController();
    const logTo = { write: (line: string): void => void (line.includes('queues are not there yet') && stop.abort()) };
    await expect(
      startService(agentService(EarlyModule, manifest), { servers: broker.url, trusted: true, logTo, signal: stop.signal }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });
});
