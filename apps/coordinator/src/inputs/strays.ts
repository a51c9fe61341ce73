import { Injectable } from '@nestjs/common';
import type { InputAddress, Problem } from '@waggle/protocol';
import { Log } from '@waggle/service';
import { Happenings, type StoredEvent } from '../engine/happenings.js';
import { Refusals } from '../engine/refusals.js';
import { settleBy, type Unsettled } from './settle-by.js';

/** Inputs that no flow decides on: events, and signals that cannot be read. */
@Injectable()
export class Strays {
  constructor(
    private readonly happenings: Happenings,
    private readonly refusals: Refusals,
    private readonly log: Log,
  ) {}

  /** Settles the arrival when its effects are stored. */
  settle(address: InputAddress, source: StoredEvent, about: { arrival: Unsettled; problems?: readonly Problem[] }): void {
    const { arrival, problems } = about;
    settleBy(arrival, this.work(address, source, problems), (delay, error) =>
      this.log.warn('an input could not be dealt with: it comes again', { kind: address.kind, delay, error }),
    );
  }

  private async work(address: InputAddress, source: StoredEvent, problems: readonly Problem[] = []): Promise<void> {
    if (address.kind === 'event') return this.happenings.take(address, source);
    const actor = address.kind === 'signal' ? address.owner : this.unexpected(address);
    const reason = problems.map(({ code, path }) => (path === undefined ? code : `${code} ${path}`)).join(', ') || 'UNSUPPORTED';
    const { kind, flowId, tenant } = address;
    await this.refusals.record(tenant, { kind, actor, action: kind, object: flowId, reason });
  }

  private unexpected(address: InputAddress): string {
    this.log.error('an input of a flow was taken for a stray', { kind: address.kind });
    return 'unknown';
  }
}
