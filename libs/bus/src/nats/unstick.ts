import { errors, type NatsConnection, type Status } from '@nats-io/nats-core';
import type { NatsConnectionImpl } from '@nats-io/nats-core/internal';

/**
 * Two places where the client, as of 3.4, waits for what will not come, ended from outside: a connection found silent is
 * left only once all that was written is with the kernel, and a dial whose socket closes during the sign-in runs into
 * its time-out.
 */
export const unstick = (nc: NatsConnection): void => {
  void watch(nc as NatsConnectionImpl);
};

const watch = async (nc: NatsConnectionImpl): Promise<void> => {
  for await (const { type } of nc.status()) ended(type, nc);
};

const ended = (type: Status['type'], { protocol }: NatsConnectionImpl): void => {
  if (type === 'staleConnection' && protocol.connected) void protocol.transport.close();
  // the socket of a dial under way, for that of the connection lost is replaced when the dial begins
  if (type === 'disconnect' && protocol.transport.isClosed) protocol.connectError?.(new errors.ConnectionError('closed while signing in'));
};
