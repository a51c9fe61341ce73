import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { cleanupLater } from './cleanup.js';

export interface Proxy {
  /** To connect to instead of the target: `nats://127.0.0.1:port`. */
  url: string;
  port: number;
  /** Breaks all connections; new ones are refused until `heal`. */
  cut(): void;
  /** Holds all bytes back, in one direction or both; connections stay open. */
  stall(direction?: 'both' | 'answers'): void;
  /** Takes connections again and lets held bytes through. */
  heal(): void;
  /** Drops the answers that come from now on, as if they were lost, until `heal`; the target has worked on what was asked. */
  loseAnswers(): void;
  readonly connections: number;
  close(): Promise<void>;
}

/** A TCP proxy before a broker, to break and stall what passes. */
export const proxy = async (targetPort: number): Promise<Proxy> => {
  const pairs = new Set<[Socket, Socket]>();
  const state = { cut: false, stalled: 'no' as 'no' | 'both' | 'answers', losing: false };
  const apply = (): void => {
    for (const [client, target] of pairs) {
      if (state.stalled === 'both') client.pause();
      else client.resume();
      if (state.stalled === 'no') target.resume();
      else target.pause();
    }
  };
  const server = createServer((client) => {
    if (state.cut) return client.destroy();
    const target = connect(targetPort, '127.0.0.1');
    const pair: [Socket, Socket] = [client, target];
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      target.destroy();
    };
    for (const socket of pair) socket.setNoDelay(true).on('error', end).on('close', end);
    client.on('data', (data) => target.write(data));
    target.on('data', (data) => state.losing || client.write(data));
    apply();
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const destroy = (): void => {
    for (const [client, target] of pairs) {
      client.destroy();
      target.destroy();
    }
  };
  const made: Proxy = {
    url: `nats://127.0.0.1:${port}`,
    port,
    get connections() {
      return pairs.size;
    },
    cut: () => {
      state.cut = true;
      destroy();
    },
    stall: (direction = 'both') => {
      state.stalled = direction;
      apply();
    },
    loseAnswers: () => {
      state.losing = true;
    },
    heal: () => {
      // a connection that lost bytes cannot go on: the client makes a new one
      if (state.losing) destroy();
      Object.assign(state, { cut: false, stalled: 'no', losing: false });
      apply();
    },
    close: async () => {
      destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  cleanupLater(() => made.close());
  return made;
};
