import { Inject, Injectable } from '@nestjs/common';
import type { Bus, Delivery, Subscription } from '@waggle/bus';
import {
  codeOf,
  ERRORS,
  isToken,
  MESSAGE_TYPES,
  parseMessage,
  SHARED,
  streamConsumer,
  type FlowShare,
  type WaggleError,
} from '@waggle/protocol';
import { BUS } from '@waggle/service';
import { Deliveries } from './deliveries.js';
import { FlowSignals, type FlowTask } from './flow-signals.js';
import { Resources } from './resources.js';
import { SyncPoints } from './sync-points.js';

const AT_ONCE = 32;

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
    private readonly deliveries: Deliveries,
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
    const about = { kind: 'share', tenant, object: `${flowId}/${taskId}` } as const;
    if (![tenant, taskId, flowId].every(isToken) || message?.payload.kind !== SHARED || message.payload.data === undefined)
      return this.deliveries.refuse(delivery, about, 'nothing that can be shared');
    const task = { tenant, flowId, taskId };
    const share = message.payload.data as FlowShare;
    return this.deliveries.settle(delivery, {
      ...about,
      work: () => this.share(task, share),
      givenUp: (error) => this.refuse(task, share, error),
    });
  }

  private async share(task: FlowTask, share: FlowShare): Promise<void> {
    if (share.kind === 'release') return this.resources.releaseOf(task, share.resources);
    try {
      if (share.kind === 'resource') await this.resources.askFor(task, share);
      else await this.points.arriveFor(task, share);
    } catch (error) {
      const code = codeOf(error);
      // what cannot ever be is the flow's to know; all else is tried again
      if (code === undefined || ERRORS[code].retryable || code === 'DOCUMENT_UNREADABLE') throw error;
      await this.refuse(task, share, error as WaggleError);
    }
  }

  private async refuse(task: FlowTask, share: FlowShare, { code, message }: WaggleError): Promise<void> {
    if (share.kind === 'release') return;
    await this.signals.tell(task, { kind: share.kind, key: share.key, state: 'refused', code, message });
  }
}
