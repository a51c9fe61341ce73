import { Inject, Injectable } from '@nestjs/common';
import type { Bus, Delivery, Subscription } from '@waggle/bus';
import { codeOf, ERRORS, isToken, MESSAGE_TYPES, parseMessage, SHARED, streamConsumer, type FlowShare } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { FlowSignals, type FlowTask } from './flow-signals.js';
import { Resources } from './resources.js';
import { SyncPoints } from './sync-points.js';

const AT_ONCE = 32;
const AGAIN = 1_000;

/**
 * What tasks of flows ask to share, as the coordinator wrote it: kept by the broker until it is dealt with, so a flow need not
 * wait for this service to be there.
 */
@Injectable()
export class FlowShares {
  private taking?: Subscription;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly resources: Resources,
    private readonly points: SyncPoints,
    private readonly signals: FlowSignals,
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    const queue = await this.bus.queue('WAIT', streamConsumer(this.bus.me, 'WAIT'));
    this.taking = await queue.consume((delivery) => void this.take(delivery), { maxInFlight: AT_ONCE });
  }

  async stop(): Promise<void> {
    await this.taking?.stop();
  }

  private async take(delivery: Delivery): Promise<void> {
    const [, tenant, , , taskId, flowId] = delivery.subject.split('.') as [string, string, string, string, string, string];
    const { message } = parseMessage(delivery.body, { tenant, from: 'coordinator', createdAt: delivery.time, expect: MESSAGE_TYPES.wait });
    if (![tenant, taskId, flowId].every(isToken) || message?.payload.kind !== SHARED || message.payload.data === undefined)
      return delivery.term('nothing that can be shared');
    try {
      await this.share({ tenant, flowId, taskId }, message.payload.data as FlowShare);
      delivery.ack();
      await this.forget(delivery);
    } catch (error) {
      this.log.warn('what a flow asks to share is asked again', { flowId, taskId, error });
      delivery.nak(AGAIN);
    }
  }

  /** What was dealt with must not fill the stream; what was written there since stays. Left behind, it goes with its flow. */
  private async forget({ subject, sequence }: Delivery): Promise<void> {
    try {
      await this.bus.purge('WAIT', subject, { upTo: sequence });
    } catch (error) {
      this.log.warn('what a flow asked to share stays until the flow is forgotten', { subject, error });
    }
  }

  private async share(task: FlowTask, share: FlowShare): Promise<void> {
    if (share.kind === 'release') return this.resources.releaseOf(task, share.resources);
    try {
      if (share.kind === 'resource') await this.resources.askFor(task, share);
      else await this.points.arriveFor(task, share);
    } catch (error) {
      const code = codeOf(error);
      // what cannot ever be is the flow's to know; all else is tried again
      if (code === undefined || ERRORS[code].retryable) throw error;
      await this.signals.tell(task, { kind: share.kind, key: share.key, state: 'refused', code, message: (error as Error).message });
    }
  }
}
