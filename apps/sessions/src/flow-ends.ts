import { Inject, Injectable } from '@nestjs/common';
import type { Bus, Subscription } from '@waggle/bus';
import { memoryKeys, subjects, type ResourceState, type SessionsDocument } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { Resources } from './resources.js';

/**
 * Gives back what flows held or waited for, as soon as they end. What is heard only hastens it: a grant's own alarm finds
 * the end of its flow by itself.
 */
@Injectable()
export class FlowEnds {
  /** Resources that name a flow, and the flows that each names. */
  private readonly named = new Map<string, ReadonlySet<string>>();
  private readonly subscriptions: Subscription[] = [];

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly resources: Resources,
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    const bucket = this.bus.bucket('SESSIONS');
    const pattern = memoryKeys.resource('*', '*');
    this.subscriptions.push(await bucket.watch(pattern, (event) => this.seen(event.key, event.deleted ? undefined : event.text())));
    for (const entry of await bucket.entries(pattern)) this.seen(entry.key, entry.text());
    this.subscriptions.push(await this.bus.subscribe(subjects.outcome('*', '*', '*'), ({ subject }) => this.ended(subject)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.subscriptions.map((subscription) => subscription.stop()));
  }

  private seen(key: string, text: string | undefined): void {
    this.named.delete(key);
    if (text === undefined) return;
    const { holders, queue } = (JSON.parse(text) as SessionsDocument<ResourceState>).state;
    const flows = [...holders, ...queue].flatMap(({ owner }) => owner.flow?.flowId ?? []);
    if (flows.length > 0) this.named.set(key, new Set(flows));
  }

  private ended(subject: string): void {
    const [, tenant, , , flowId] = subject.split('.') as [string, string, string, string, string];
    for (const [key, flows] of this.named) {
      if (!flows.has(flowId) || !key.startsWith(`${tenant}.`)) continue;
      this.resources
        .dropFlow(tenant, key.split('.').at(-1)!, flowId)
        .catch((error: unknown) => this.log.warn('what a flow held is given back later', { flowId, error }));
    }
  }
}
