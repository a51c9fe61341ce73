import { Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { awaited, decide, isApplied, type Input, type Transition } from '@waggle/flow';
import { WaggleError } from '@waggle/protocol';
import { conflictPause } from '../domain/backoff.js';
import type { FlowKey } from '../domain/flow-key.js';
import { inDecisionOrder, nextDecision } from '../domain/order.js';
import { Emitter } from './emitter.js';
import { EngineMetrics } from './engine-metrics.js';
import { FactGatherer } from './facts.js';
import { FlowStore, type Flow } from './flow-store.js';
import { Orphans } from './orphans.js';

/** Lost races until the inputs are handed back. */
const CONFLICTS = 20;
/** Lots of values, one after another, that a decision may ask for. */
const NEEDS = 100;

/**
 * Brings inputs of one flow to their end: fold, decide, append, emit. Every step may be repeated after a crash; when
 * `settle` resolves, all effects of the inputs are stored and they may be acknowledged.
 */
@Injectable()
export class Engine {
  constructor(
    private readonly store: FlowStore,
    private readonly emitter: Emitter,
    private readonly facts: FactGatherer,
    private readonly orphans: Orphans,
    private readonly metrics: EngineMetrics,
  ) {}

  /** `deliveries`: how often the oldest of them came. Throws what the bus throws, and then nothing is known of the effects. */
  async settle(key: FlowKey, given: readonly Input[], deliveries: number): Promise<void> {
    // nothing follows in a flow that has ended, so this needs no proof; who asks for its id anew is answered
    if (this.store.isClosed(key) && given.every(({ kind }) => kind !== 'submit')) return;
    if (!this.store.cached(key) && (await this.orphans.refuseUnknown(key, given))) return;
    let pending = inDecisionOrder(given);
    let flow = this.store.cached(key) ?? (deliveries === 1 && begins(pending) ? this.store.unbegun() : await this.store.load(key));
    let lost = 0;
    for (let more = false; more || pending.length > 0;) {
      const applied = pending.map(({ origin }) => isApplied(flow.state, origin)).filter((n) => n !== undefined);
      if (applied.length > 0) {
        flow = await this.emitAgain(key, flow, Math.min(...applied));
        pending = pending.filter(({ origin }) => isApplied(flow.state, origin) === undefined);
        more = flow.state.more;
        continue;
      }
      const inputs = nextDecision(pending, flow.sequence > 0);
      // an accelerated timer is decided on under an origin that never comes again: the broker's own sees to its commands
      for (const n of overtakenTimers(inputs, flow)) flow = await this.emitAgain(key, flow, n + 1);
      const decision = await this.decide(key, flow, inputs);
      if (decision.kind === 'nothing') {
        if (inputs.length > 0 && !(await this.store.isCurrent(key, flow))) {
          flow = await this.store.get(key);
          continue;
        }
        if (flow.sequence === 0) await this.orphans.settle(key, inputs, deliveries);
        pending = pending.filter((input) => !inputs.includes(input));
        more = false;
        continue;
      }
      const { transition } = decision;
      if (!(await this.store.append(key, flow, transition))) {
        this.metrics.refused.inc();
        if (++lost > CONFLICTS) throw new WaggleError('BUS_TIMEOUT', `another replica was faster ${lost} times on ${key.flowId}`);
        await pause(conflictPause(lost, Math.random()));
        flow = await this.store.get(key);
        continue;
      }
      this.count(transition);
      flow = await this.emit(key, flow, transition);
      pending = pending.filter(({ origin }) => isApplied(flow.state, origin) === undefined);
      more = transition.more;
    }
    // another may have ended it, and died before it said so
    if (flow.state.phase === 'ended' && flow.emittedFrom <= flow.state.n) this.store.close(key);
  }

  /** What was stored of a flow is unknown: its log says it. */
  doubt(key: FlowKey): void {
    this.store.drop(key);
  }

  /** A decision, with all values that it asks for; what it answers to others is said. */
  private async decide(key: FlowKey, flow: Flow, inputs: readonly Input[]): Promise<Made> {
    const gathered = await this.facts.gather(key, flow, inputs);
    for (let needs = 0; needs < NEEDS; needs++) {
      const stop = this.metrics.decideTime.startTimer();
      const decision = decide(flow.state, gathered.inputs, gathered.facts);
      stop();
      if (decision.kind === 'need') {
        await this.facts.serve(gathered, decision);
        continue;
      }
      for (const answer of decision.answers ?? []) await this.emitter.answer(key, answer);
      return decision;
    }
    throw new WaggleError('INTERNAL', `a decision of ${key.flowId} asks for values without end`);
  }

  /** Says what the entry just appended implies. What ends a flow is said only when all that came before it was. */
  private async emit(key: FlowKey, flow: Flow, { n, at, commands: implied }: Transition): Promise<Flow> {
    // what the same entry calls off is not said: the word to stop might overtake it
    const commands = implied.filter((command) => awaited(flow.state, command));
    if (flow.emittedFrom === 1 || commands.every(({ type }) => type !== 'outcome')) {
      await this.emitter.emit({ key, state: flow.state, n, at, sequence: flow.sequence, commands, fresh: true });
      flow.emittedFrom = Math.min(flow.emittedFrom, n);
      return flow;
    }
    return this.emitAgain(key, flow, 1);
  }

  /**
   * After a crash or a doubt: of the entries from one on, says again what the log as it stands now still awaits. Of a flow
   * that has ended, of all of them: its outcome is the last thing said.
   */
  private async emitAgain(key: FlowKey, known: Flow, from: number): Promise<Flow> {
    if (from >= known.emittedFrom) return known;
    const { flow, entries } = await this.store.loadCurrent(key);
    const over = flow.state.phase === 'ended' && (await this.emitter.isOver(key, flow.state));
    const first = flow.state.phase === 'ended' ? 1 : from;
    for (const { sequence, transition } of over ? [] : entries.filter(({ transition: { n } }) => n >= first)) {
      const commands = transition.commands.filter((command) => awaited(flow.state, command));
      await this.emitter.emit({ key, state: flow.state, n: transition.n, at: transition.at, sequence, commands });
    }
    flow.emittedFrom = Math.min(flow.emittedFrom, first);
    return flow;
  }

  private count({ events }: Transition): void {
    this.metrics.transitions.inc();
    for (const event of events) {
      if (event.type === 'flowStarted') this.metrics.started.inc();
      if (event.type === 'flowEnded') this.metrics.ended.inc({ state: event.outcome.state });
    }
  }
}

/**
 * Whether a submission that nobody has seen yet opens the flow: then its log is taken to be empty without looking, for the
 * append says so if it is not. A child's parent is asked before the append, so there the log is looked at.
 */
const begins = (inputs: readonly Input[]): boolean =>
  inputs.some((input) => input.kind === 'submit' && !('parent' in input.submission && input.submission.parent !== undefined));

/** Timers that came after something else had ended their wait. */
const overtakenTimers = (inputs: readonly Input[], { state, sequence }: Flow): number[] =>
  inputs.flatMap((input) => (input.kind === 'timer' && sequence > 0 && state.armed?.n !== input.n ? [input.n] : []));

type Made = Exclude<ReturnType<typeof decide>, { kind: 'need' }>;
