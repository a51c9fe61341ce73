import { Injectable } from '@nestjs/common';
import type { SyncPoint } from '@waggle/protocol';
import { withoutWhom } from './domain/sync-point.js';
import { Events } from './events.js';
import { FlowSignals, type FlowTask } from './flow-signals.js';

/** A task of a flow that has come to a point, as its participants are named. */
const FLOW_TASK = /^coordinator\/([^/]+)\/([^/]+)$/;

/** Tells how a sync point ended: the flows that came to it, and whoever waits for the event. */
@Injectable()
export class Tellers {
  constructor(
    private readonly events: Events,
    private readonly signals: FlowSignals,
  ) {}

  async ended(tenant: string, { session, name, point }: { session: string; name: string; point: SyncPoint }): Promise<void> {
    for (const who of Object.keys(point.arrived)) {
      const [, flowId, taskId] = FLOW_TASK.exec(who) ?? [];
      if (flowId !== undefined && taskId !== undefined) await this.tell({ tenant, flowId, taskId }, name, point);
    }
    await this.events.tell(tenant, { type: 'sync-ended', subject: `${session}/${name}`, data: { session, name, state: point.state } });
  }

  async tell(task: FlowTask, key: string, point: SyncPoint): Promise<void> {
    if (point.state === 'complete')
      return this.signals.tell(task, { kind: 'sync', key, state: 'complete', arrived: Object.keys(point.arrived).slice(0, SHOWN) });
    const message = `${key} ended without ${withoutWhom(point)}`.slice(0, 1_000);
    await this.signals.tell(task, { kind: 'sync', key, state: 'timed-out', code: 'SYNC_TIMED_OUT', message });
  }
}

/** Participants that a flow is told of. */
const SHOWN = 100;
