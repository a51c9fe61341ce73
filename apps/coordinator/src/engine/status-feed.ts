import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { statusOf, type FlowState } from '@waggle/flow';
import type { Bus } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { aboutOf } from '../domain/about.js';
import { textOf, type FlowKey } from '../domain/flow-key.js';
import { FlowMessages } from '../domain/messages.js';

/** Milliseconds: told at least this long after a change, and at most twice; so at most ten times a second for a flow. */
const EVERY = 100;
/** Milliseconds for which a status that no other may follow is said, again and again until the broker has it. */
const LAST = 30_000;

interface Changed {
  key: FlowKey;
  state: FlowState;
  /** Nothing was ever told of the flow. */
  first: boolean;
}

interface Status {
  subject: string;
  body: string;
}

/**
 * Says where flows are, as last values: throttled, the final one always, but of a flow that ended before there was
 * anything to tell: its outcome says it. Told, not asked to arrive: the next one makes up for one that is lost. After
 * the final one none comes, and after one that is told while the connection is away maybe not for long: those are stored,
 * though nobody waits for it.
 */
@Injectable()
export class StatusFeed implements OnModuleDestroy {
  private fresh = new Map<string, Changed>();
  private old = new Map<string, Changed>();
  private timer?: NodeJS.Timeout;
  /** The newest status of each flow of which one is being stored. */
  private readonly storing = new Map<string, Status>();

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  changed(key: FlowKey, state: FlowState): void {
    const text = textOf(key);
    const waiting = this.old.get(text) ?? this.fresh.get(text);
    if (waiting) waiting.state = state;
    else this.fresh.set(text, { key, state, first: state.n === 1 });
    this.timer ??= setTimeout(this.turn, EVERY);
  }

  ended(key: FlowKey, state: FlowState): void {
    const text = textOf(key);
    const waiting = this.old.get(text) ?? this.fresh.get(text);
    this.old.delete(text);
    this.fresh.delete(text);
    if (!waiting?.first) this.store(key, state);
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
    for (const { key, state } of [...this.old.values(), ...this.fresh.values()]) this.tell(key, state);
  }

  private readonly turn = (): void => {
    const due = this.old;
    this.old = this.fresh;
    this.fresh = new Map();
    for (const { key, state } of due.values()) this.tell(key, state);
    this.timer = this.old.size > 0 ? setTimeout(this.turn, EVERY) : undefined;
  };

  private tell(key: FlowKey, state: FlowState): void {
    // the next one may be hours away; and none overtakes another
    if (!this.bus.health.ready || this.storing.has(textOf(key))) return this.store(key, state);
    const status = statusIn(key, state);
    if (status !== undefined) this.bus.emit(status.subject, status.body);
  }

  private store(key: FlowKey, state: FlowState): void {
    const status = statusIn(key, state);
    if (status === undefined) return;
    const text = textOf(key);
    const stores = this.storing.has(text);
    this.storing.set(text, status);
    if (!stores) void this.storeAll(text);
  }

  /** The newest of a flow until there is no newer one. Never rejects. */
  private async storeAll(text: string): Promise<void> {
    for (let stored: Status | undefined; stored !== this.storing.get(text);) {
      stored = this.storing.get(text)!;
      await this.bus.publish(stored.subject, stored.body, { timeout: LAST }).catch((error: unknown) => {
        this.log.warn('where a flow is was not stored', { flow: text, error });
      });
    }
    this.storing.delete(text);
  }
}

/** None of a flow that was refused before it began. */
const statusIn = (key: FlowKey, state: FlowState): Status | undefined => {
  if (state.head === undefined) return undefined;
  const about = aboutOf(state);
  const message = new FlowMessages(key, about, state.n, state.at).status(statusOf(state));
  return { subject: subjects.status(key.tenant, about.owner, key.flowId), body: JSON.stringify(message) };
};
