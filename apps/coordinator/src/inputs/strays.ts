import { Injectable } from '@nestjs/common';
import type { InputAddress, Problem } from '@waggle/protocol';
import { Log } from '@waggle/service';
import { againDelay } from '../domain/backoff.js';
import { Audit } from '../engine/audit.js';
import { Happenings, type StoredEvent } from '../engine/happenings.js';
import type { Job } from '../engine/job.js';

type Stray = Pick<Job, 'deliveries' | 'done' | 'again'>;

/** Inputs that no flow decides on: events, and signals that cannot be read. */
@Injectable()
export class Strays {
  constructor(
    private readonly happenings: Happenings,
    private readonly audit: Audit,
    private readonly log: Log,
  ) {}

  /** Settles the arrival when its effects are stored. */
  settle(address: InputAddress, source: StoredEvent, about: { arrival: Stray; problems?: readonly Problem[] }): void {
    const { arrival, problems } = about;
    this.work(address, source, problems).then(
      () => arrival.done(),
      (error: unknown) => {
        const delay = againDelay(arrival.deliveries);
        this.log.warn('an input could not be dealt with: it comes again', { kind: address.kind, delay, error });
        arrival.again(delay, error);
      },
    );
  }

  private async work(address: InputAddress, source: StoredEvent, problems: readonly Problem[] = []): Promise<void> {
    if (address.kind === 'event') return this.happenings.take(address, source);
    const actor = address.kind === 'signal' ? address.owner : this.unexpected(address);
    const reason = problems.map(({ code, path }) => (path === undefined ? code : `${code} ${path}`)).join(', ') || 'UNSUPPORTED';
    await this.audit.record(address.tenant, {
      kind: address.kind,
      actor,
      action: address.kind,
      object: address.flowId,
      outcome: 'refused',
      reason,
    });
  }

  private unexpected(address: InputAddress): string {
    this.log.error('an input of a flow was taken for a stray', { kind: address.kind });
    return 'unknown';
  }
}
