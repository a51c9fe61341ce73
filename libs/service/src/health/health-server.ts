import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WaggleError } from '@waggle/protocol';
import type { ServiceHealth } from '../definition.js';
import type { Metrics } from '../metrics.js';

const answer = (response: ServerResponse, status: number, { type, body }: { type: string; body: string }): void => {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
};

/**
 * `/live` (the process answers), `/ready` (it can do its work; 503 with the reasons when not) and `/metrics`
 * (Prometheus text), on the loopback interface only.
 */
export class HealthServer {
  private constructor(private readonly server: Server) {}

  /** Listens on the port; 0 takes a free one. A port in use: `CONFIG_INVALID`. */
  static async listen(port: number, health: () => ServiceHealth, metrics: Metrics): Promise<HealthServer> {
    const server = createServer((request, response) => {
      const path = request.url?.split('?')[0];
      if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, { type: 'text/plain', body: 'GET only\n' });
      if (path === '/live') return answer(response, 200, { type: 'application/json', body: '{"live":true}\n' });
      if (path === '/ready') {
        const now = health();
        return answer(response, now.ready ? 200 : 503, { type: 'application/json', body: `${JSON.stringify(now)}\n` });
      }
      if (path !== '/metrics') return answer(response, 404, { type: 'text/plain', body: 'see /live, /ready, /metrics\n' });
      metrics.text().then(
        (text) => answer(response, 200, { type: metrics.registry.contentType, body: text }),
        () => answer(response, 500, { type: 'text/plain', body: 'the figures could not be read\n' }),
      );
    });
    server.requestTimeout = 5_000;
    server.maxConnections = 64;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) =>
        reject(
          new WaggleError('CONFIG_INVALID', `Port ${port} cannot be listened on (${cause.code}).`, { path: 'WAGGLE_HTTP_PORT', cause }),
        ),
      );
      server.listen(port, '127.0.0.1', resolve);
    });
    return new HealthServer(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
