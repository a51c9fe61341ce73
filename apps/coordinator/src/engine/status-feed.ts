import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { statusOf, type FlowState } from '@waggle/flow';
import type { Bus } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import { aboutOf } from '../domain/about.js';
import { textOf, type FlowKey } from '../domain/flow-key.js';
import { FlowMessages } from '../domain/messages.js';

/** At most five a second for a flow. */
const EVERY = 200;

interface Changed {
  key: FlowKey;
  state: FlowState;
}

/**
 * Says where flows are, as last values: throttled, the final one always. Told, not asked to arrive: the next one makes
 * up for one that is lost.
 */
@Injectable()
export class StatusFeed implements OnModuleDestroy {
  private readonly changes = new Map<string, Changed>();
  private timer?: NodeJS.Timeout;

  constructor(@Inject(BUS) private readonly bus: Bus) {}

  changed(key: FlowKey, state: FlowState): void {
    this.changes.set(textOf(key), { key, state });
    this.timer ??= setTimeout(() => this.flush(), EVERY);
  }

  ended(key: FlowKey, state: FlowState): void {
    this.changes.delete(textOf(key));
    this.tell(key, state);
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
    this.flush();
  }

  private flush(): void {
    this.timer = undefined;
    const changed = [...this.changes.values()];
    this.changes.clear();
    for (const { key, state } of changed) this.tell(key, state);
  }

  private tell(key: FlowKey, state: FlowState): void {
    if (state.head === undefined) return;
    const about = aboutOf(state);
    const message = new FlowMessages(key, about, state.n, state.at).status(statusOf(state));
    this.bus.emit(subjects.status(key.tenant, about.owner, key.flowId), JSON.stringify(message));
  }
}
