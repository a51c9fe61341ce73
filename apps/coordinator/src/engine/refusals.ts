import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '@waggle/protocol';
import { Audit } from './audit.js';

/** What somebody wanted, and why it was not done. */
export type Refusal = Omit<AuditEntry, 'outcome' | 'data'> & { reason: string };

interface Lot {
  refusal: Refusal;
  /** Others like it. */
  more: number;
  stored: Promise<void>;
}

/**
 * Audits what was refused. One entry of a kind, speaker and reason is stored at a time; what comes meanwhile is stored as
 * one, with how many more it stands for: a flood costs few entries, and none of it is acknowledged unaudited.
 */
@Injectable()
export class Refusals {
  /** The newest of each kind: being stored. */
  private readonly storing = new Map<string, Promise<void>>();
  /** Those that wait for it. */
  private readonly waiting = new Map<string, Lot>();

  constructor(private readonly audit: Audit) {}

  /** Resolves when it is stored, alone or with others. */
  record(tenant: string, refusal: Refusal): Promise<void> {
    const { kind, actor, reason } = refusal;
    const alike = JSON.stringify([tenant, kind, actor, reason]);
    const lot = this.waiting.get(alike);
    if (lot !== undefined) {
      lot.more++;
      return lot.stored;
    }
    const before = this.storing.get(alike);
    const next: Lot = { refusal, more: 0, stored: Promise.resolve() };
    const store = (): Promise<void> => {
      this.waiting.delete(alike);
      return this.store(tenant, next);
    };
    next.stored = before === undefined ? store() : before.then(store, store);
    if (before !== undefined) this.waiting.set(alike, next);
    this.storing.set(alike, next.stored);
    const over = (): void => {
      if (this.storing.get(alike) === next.stored) this.storing.delete(alike);
    };
    next.stored.then(over, over);
    return next.stored;
  }

  private store(tenant: string, { refusal, more }: Lot): Promise<void> {
    return this.audit.record(tenant, { ...refusal, outcome: 'refused', ...(more > 0 && { data: { more } }) });
  }
}
