import { decide } from '../decide/decide.js';
import { fold } from '../state/fold.js';
import { emptyState, type FlowState } from '../state/state.js';
import type { Input, Transition } from '../types.js';
import { Driver } from './driver.js';

/** A state as text: the same for states that are the same. */
export const snapshot = (state: FlowState): string =>
  JSON.stringify({ ...state, flow: undefined }, (_key, value: unknown) => {
    if (value instanceof Map) return [...(value as Map<string, unknown>)].sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
    if (value instanceof Set)
      return [...(value as Set<{ id: string } | string>)].map((each) => (typeof each === 'object' ? each.id : each)).sort();
    return value === Infinity ? 'never' : value;
  });

export const refold = (log: Transition[]): FlowState => log.reduce(fold, emptyState());

/** A driver that checks on each decision what must hold of all. */
export class Checked extends Driver {
  readonly given = new Map<number, Input>();

  override give(...inputs: Input[]): Transition[] {
    for (const input of inputs) this.given.set(input.origin.sequence, input);
    const before = snapshot(this.state);
    const first = decide(this.state, inputs, this.facts);
    expect(decide(this.state, inputs, this.facts)).toEqual(first);
    expect(snapshot(this.state)).toBe(before);
    return super.give(...inputs);
  }
}
