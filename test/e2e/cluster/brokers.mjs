/** Three brokers as one cluster on this machine; what they say to each other passes through proxies, to part them. */
import path from 'node:path';
import { createServer, connect } from 'node:net';
import { startBroker } from '@waggle/broker';

const SIZE = 3;

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** A way from one broker to another that can be closed. */
class Way {
  #open = true;
  #sockets = new Set();

  static async to(port) {
    const way = new Way();
    way.server = createServer((from) => way.#pass(from, port));
    await new Promise((resolve, reject) => way.server.once('error', reject).listen(0, '127.0.0.1', resolve));
    way.port = way.server.address().port;
    return way;
  }

  #pass(from, port) {
    if (!this.#open) return from.destroy();
    const to = connect(port, '127.0.0.1');
    for (const [socket, other] of [
      [from, to],
      [to, from],
    ]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true).on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }

  close() {
    this.#open = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  open() {
    this.#open = true;
  }

  async end() {
    this.close();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export class Cluster {
  #brokers = [];
  #ways = [];

  /** `config`: accounts and rights, the same on all. */
  static async start({ binary, dir, config, storage }) {
    const cluster = new Cluster();
    const ports = await Promise.all(Array.from({ length: SIZE }, freePort));
    try {
      for (let from = 0; from < SIZE; from++) {
        cluster.#ways.push(await Promise.all(ports.map((port, to) => (to === from ? undefined : Way.to(port)))));
      }
      for (let at = 0; at < SIZE; at++) {
        const routes = cluster.#ways[at].filter(Boolean).map((way) => `"nats://127.0.0.1:${way.port}"`);
        // brokers tell each other of a third one's address: theirs leads nowhere, so that the proxies are the only way
        const own = `server_name: n${at}
cluster { name: waggle, listen: "127.0.0.1:${ports[at]}", cluster_advertise: "127.0.0.1:1", no_advertise: true, connect_retries: 1, routes: [${routes.join(', ')}] }
`;
        cluster.#brokers.push(await startBroker({ binary, dir: path.join(dir, `n${at}`), config: own + config, storage }));
      }
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get url() {
    return this.#brokers.map(({ url }) => url).join(',');
  }

  urlOf(at) {
    // the one first, the others to fall back on
    const urls = this.#brokers.map(({ url }) => url);
    return [...urls.slice(at), ...urls.slice(0, at)].join(',');
  }

  get pids() {
    return this.#brokers.map(({ pid }) => pid);
  }

  /** By its name in the cluster. */
  at(name) {
    return Number(name.slice(1));
  }

  /** Kills one with -9; `heal` starts it again on what it had stored. */
  async kill(at) {
    await this.#brokers[at].kill();
    return { heal: () => this.#brokers[at].restart() };
  }

  /** Holds one as a stalled machine would. */
  async pause(at) {
    const { pid } = this.#brokers[at];
    process.kill(pid, 'SIGSTOP');
    return { heal: async () => void process.kill(pid, 'SIGCONT') };
  }

  /** Cuts one off from the others; its clients still reach it. */
  async partition(at) {
    const ways = this.#ways.flatMap((row, from) => row.filter((_, to) => from === at || to === at)).filter(Boolean);
    for (const way of ways) way.close();
    return {
      heal: async () => {
        for (const way of ways) way.open();
      },
    };
  }

  async stop() {
    await Promise.all(this.#brokers.map((broker) => broker.stop()));
    await Promise.all(
      this.#ways
        .flat()
        .filter(Boolean)
        .map((way) => way.end()),
    );
  }
}
