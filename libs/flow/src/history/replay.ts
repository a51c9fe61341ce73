import type { FlowStatus } from '@waggle/protocol';
import { explain } from '../state/explain.js';
import { fold } from '../state/fold.js';
import { emptyState, type FlowState } from '../state/state.js';
import { statusOf } from '../state/status.js';
import type { Transition } from '../types.js';
import { tell, type ToldTransition } from './sentences.js';

/** A flow as it was right after one entry of its log. */
export interface Frame extends ToldTransition {
  status: FlowStatus;
  /** What everything that had not ended waited for then. */
  waits: string[];
}

/**
 * Steps through a flow's log: the very fold that the coordinator works on, so what it shows is what was. Forward costs
 * one entry; backward folds anew from the beginning. Throws TRANSITION_UNKNOWN for what a newer engine wrote.
 */
export class Replay {
  private state: FlowState = emptyState();
  private folded = 0;

  constructor(private readonly log: readonly Transition[]) {}

  /** Entries in all. */
  get length(): number {
    return this.log.length;
  }

  /** After so many entries, 1 to `length`; what lies outside is the nearest. */
  after(entries: number): Frame {
    const wanted = Math.min(this.log.length, Math.max(1, entries));
    if (wanted < this.folded) {
      this.state = emptyState();
      this.folded = 0;
    }
    while (this.folded < wanted) fold(this.state, this.log[this.folded++]!);
    const { state } = this;
    return { ...tell(this.log[wanted - 1]!), status: statusOf(state), waits: state.head === undefined ? [] : explain(state) };
  }
}
