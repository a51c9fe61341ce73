import { Inject, Injectable } from '@nestjs/common';
import type { Bus, Delivery } from '@waggle/bus';
import { codeOf, ERRORS, isToken, WaggleError, type StreamName } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { Audit } from './audit.js';

/** What a delivery is about, for the log and the audit. */
export interface About {
  kind: 'alarm' | 'share';
  tenant: string;
  object: string;
}

export interface Work extends About {
  /** May be done more than once. */
  work: () => Promise<void>;
  /** Before it is given up: whoever waits for it is told. May be done more than once. */
  givenUp?: (error: WaggleError) => Promise<void>;
}

const AGAIN = 1_000;
/** How often something is tried that does not pass by itself: what was meant may be put back in between. */
const TRIES = 5;

/**
 * Brings deliveries to their end. While the broker is the cause they come again for ever; what cannot be read, or fails in
 * a way that nobody foresaw, is given up after a few tries: logged, audited, and out of the way of all others.
 */
@Injectable()
export class Deliveries {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly audit: Audit,
    private readonly log: Log,
  ) {}

  /** Resolves when it is done, given up, or handed back. Never throws. */
  async settle(delivery: Delivery, { work, givenUp, ...about }: Work): Promise<void> {
    try {
      await work();
      delivery.ack();
    } catch (error) {
      if (passes(error) || delivery.deliveries < TRIES) return this.again(delivery, about, error);
      const code = codeOf(error) ?? 'INTERNAL';
      const why = new WaggleError(code, error instanceof Error ? error.message : String(error), { cause: error });
      return this.giveUp(delivery, { ...about, givenUp, why });
    }
    await this.forget(delivery);
  }

  /** Of what is no message that this service takes: no further try would help. */
  refuse(delivery: Delivery, about: About, reason: string): Promise<void> {
    return this.giveUp(delivery, { ...about, why: new WaggleError('INVALID_MESSAGE', reason) });
  }

  private async giveUp(
    delivery: Delivery,
    { givenUp, why, ...about }: About & Pick<Work, 'givenUp'> & { why: WaggleError },
  ): Promise<void> {
    const { kind, tenant, object } = about;
    const { code, message: reason } = why;
    try {
      await givenUp?.(why);
      await this.audit.record(isToken(tenant) ? tenant : '_', {
        kind: 'given-up',
        actor: this.bus.me,
        action: kind,
        object,
        outcome: 'failed',
        reason: code,
        data: { subject: delivery.subject, message: reason },
      });
    } catch (error) {
      return this.again(delivery, about, error);
    }
    this.log.error('given up', { kind, object, code, subject: delivery.subject, error: why });
    delivery.term(code);
    await this.forget(delivery);
  }

  private again(delivery: Delivery, { kind, object }: About, error: unknown): void {
    this.log.warn('tried again', { kind, object, deliveries: delivery.deliveries, error });
    delivery.nak(AGAIN);
  }

  /** What was dealt with must not fill the stream; what was written there since stays. Left behind, it comes to nothing. */
  private async forget({ stream, subject, sequence }: Delivery): Promise<void> {
    try {
      await this.bus.purge(stream as StreamName, subject, { upTo: sequence });
    } catch (error) {
      this.log.warn('what was dealt with still takes room', { subject, error });
    }
  }
}

/** Whether it is the mesh that fails, not what was delivered. */
const passes = (error: unknown): boolean => {
  const code = codeOf(error);
  return code !== undefined && (ERRORS[code].retryable || code === 'BUS_REFUSED');
};
