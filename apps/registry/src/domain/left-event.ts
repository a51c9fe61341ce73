/** A closed connection, as the broker's system account reports it. */
export interface Left {
  clientId: number;
  /** The connection's own name. */
  name?: string;
  /** Milliseconds since 1970, by the broker's clock. */
  at: number;
  reason?: string;
}

/** Undefined for what is no such report. Never throws. */
export const readLeft = (text: string): Left | undefined => {
  try {
    const { timestamp, client, reason } = JSON.parse(text) as {
      timestamp?: string;
      client?: { id?: number; name?: string };
      reason?: string;
    };
    const at = Date.parse(timestamp ?? '');
    if (typeof client?.id !== 'number' || Number.isNaN(at)) return undefined;
    return { clientId: client.id, ...(client.name !== undefined && { name: client.name }), at, ...(reason !== undefined && { reason }) };
  } catch {
    return undefined;
  }
};

/**
 * Whether a closed connection can be an instance's. Connections are numbered by each server of a cluster by itself, so
 * one that names itself as our services do must name that instance.
 */
export const canBeOf = ({ name }: Left, { name: agent, instance }: { name: string; instance: string }): boolean =>
  name === undefined || !name.includes('/') || name === `${agent}/${instance}`;
