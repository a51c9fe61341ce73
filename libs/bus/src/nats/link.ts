import { PermissionViolationError, type NatsConnection, type Status } from '@nats-io/nats-core';
import { WaggleError } from '@waggle/protocol';
import { covers } from '../permissions/patterns.js';
import type { Rights } from '../permissions/rights.js';
import type { Connection } from './connection.js';
import { HealthBook } from './health.js';
import type { BusOptions } from './options.js';

export interface LinkEvents {
  lost: () => void;
  restored: () => void;
  /** For good. */
  closed: () => void;
  /** The broker refused a publish to this subject. */
  refused: (subject: string) => void;
}

/** The life of a connection: whether it is up, what the broker refuses on it, how it ends, and what that means for being ready. */
export class Link {
  readonly health = new HealthBook();
  private readonly nc: NatsConnection;
  private up = true;
  private ending = false;

  constructor(
    private readonly connection: Connection,
    private readonly about: { options: BusOptions; rights: Rights | undefined },
    private readonly events: LinkEvents,
  ) {
    this.nc = connection.nc;
    void this.watch();
    void this.nc.closed().then((error) => this.ended(error));
  }

  get connected(): boolean {
    return this.up;
  }

  get closing(): boolean {
    return this.ending;
  }

  /** From now on the end of the connection is no failure. */
  close(): void {
    this.ending = true;
  }

  /** Resolves when the connection is up again, or closed. */
  async reconnection(): Promise<void> {
    while (!this.up && !this.nc.isClosed()) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** The bus cannot go on as it should. */
  fatal(error: WaggleError): void {
    this.log('error', error.message, { code: error.code });
    this.about.options.onFatal?.(error);
  }

  log(level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>): void {
    this.about.options.log?.(level, message, fields);
  }

  private async watch(): Promise<void> {
    for await (const status of this.nc.status()) this.changed(status);
  }

  private changed(status: Status): void {
    switch (status.type) {
      case 'disconnect':
        this.up = false;
        this.health.set('connection', `not connected to the broker (${status.server})`);
        this.events.lost();
        return this.log('warn', 'connection to the broker lost', { server: status.server });
      case 'reconnect':
        this.up = true;
        this.connection.restored();
        this.health.set('connection', undefined);
        this.events.restored();
        return this.log('info', 'connection to the broker restored', { server: status.server });
      case 'error':
        if (status.error instanceof PermissionViolationError) this.violated(status.error);
        else this.log('warn', 'the broker reports an error', { error: status.error.message });
        return;
      default:
        return;
    }
  }

  private violated({ operation, subject }: PermissionViolationError): void {
    this.health.countViolation();
    this.log('error', 'the broker refused a subject', { operation, subject });
    if (operation === 'publish') this.events.refused(subject);
    const { rights } = this.about;
    const declared = operation === 'publish' ? rights?.publish : rights?.subscribe;
    if (declared?.some((right) => covers(right.split(' ')[0]!, subject)))
      this.health.set(`right ${subject}`, `a declared right was refused: ${operation} ${subject}`);
  }

  private ended(error: void | Error): void {
    this.up = false;
    this.events.closed();
    this.health.close('the connection is closed');
    if (!this.ending) this.fatal(new WaggleError('BUS_UNREACHABLE', 'the connection was closed', { cause: error ?? undefined }));
  }
}
