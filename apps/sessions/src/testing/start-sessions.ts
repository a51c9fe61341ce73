import { startService, type RunningService } from '@waggle/service';
import { cleanupLater, type TestBroker } from '@waggle/testkit';
import { service } from '../index.js';

/** The service as it is run, on a test's broker; what it logs is kept. */
export const startSessions = async (broker: TestBroker): Promise<{ running: RunningService; lines: string[] }> => {
  const lines: string[] = [];
  const running = await startService(service, {
    servers: broker.url,
    seed: broker.keys.sessions?.seed,
    trusted: !broker.secure,
    logLevel: 'info',
    logTo: { write: (line) => lines.push(line) },
  });
  cleanupLater(() => running.stop());
  return { running, lines };
};
