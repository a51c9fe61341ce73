import type { BrokerSettings } from './broker-settings.js';

/** Brokers of a cluster read the same file: which of them one is it hears in this variable. */
const NAME = '$WAGGLE_BROKER';
const ROUTE_USER = 'route';

const cluster = ({ brokers, routeSecret }: BrokerSettings): string[] => [
  'cluster {',
  '  name: "waggle"',
  // at that name alone, which need not be on the network of the clients
  `  host: ${NAME}`,
  '  port: 6222',
  // clients are told where the brokers are, and their addresses here may lead nowhere from there
  '  no_advertise: true',
  `  authorization { user: "${ROUTE_USER}", password: "${routeSecret}", timeout: 20 }`,
  `  routes: [${brokers.map((name) => `"nats-route://${ROUTE_USER}:${routeSecret}@${name}:6222"`).join(', ')}]`,
  '}',
];

/** The configuration of a broker in a container of its own: it listens to the other containers, and its store is a volume. */
export const brokerText = (accounts: string, settings: BrokerSettings): string => {
  const clustered = settings.brokers.length > 0;
  return [
    'listen: "0.0.0.0:4222"',
    'http: "0.0.0.0:8222"',
    `server_name: ${clustered ? NAME : '"waggle"'}`,
    `jetstream { store_dir: "/data"${settings.sync === undefined ? '' : `, sync_interval: "${settings.sync}"`} }`,
    ...(clustered ? cluster(settings) : []),
    accounts,
  ].join('\n');
};
