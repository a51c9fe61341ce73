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
/** Milliseconds for which the last status is said, again and again until the broker has it. */
const LAST = 30_000;

interface Changed {
  key: FlowKey;
  state: FlowState;
  /** Nothing was ever told of the flow. */
  first: boolean;
}

/**
 * Says where flows are, as last values: throttled, the final one always, but of a flow that ended before there was
 * anything to tell: its outcome says it. Told, not asked to arrive: the next one makes up for one that is lost. After
 * the final one none comes: that is stored, though nobody waits for it.
 */
@Injectable()
export class StatusFeed implements OnModuleDestroy {
  private fresh = new Map<string, Changed>();
  private old = new Map<string, Changed>();
  private timer?: NodeJS.Timeout;

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
    if (waiting?.first || state.head === undefined) return;
    const { subject, body } = statusIn(key, state);
    this.bus.publish(subject, body, { timeout: LAST }).catch((error: unknown) => {
      this.log.warn('the last status of a flow was not stored: its outcome says how it ended', { ...key, error });
    });
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
    if (state.head === undefined) return;
    const { subject, body } = statusIn(key, state);
    this.bus.emit(subject, body);
  }
}

const statusIn = (key: FlowKey, state: FlowState): { subject: string; body: string } => {
  const about = aboutOf(state);
  const message = new FlowMessages(key, about, state.n, state.at).status(statusOf(state));
  return { subject: subjects.status(key.tenant, about.owner, key.flowId), body: JSON.stringify(message) };
};
