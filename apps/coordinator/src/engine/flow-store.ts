import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { emptyState, fold, type FlowState, type Transition } from '@waggle/flow';
import type { Bus, StoredMessage } from '@waggle/bus';
import { MESSAGE_TYPES, subjects, WaggleError, type AgentMessage } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import { COORDINATOR_CONFIG, type CoordinatorConfig } from '../coordinator-config.js';
import { textOf, type FlowKey } from '../domain/flow-key.js';
import { transitionMessage } from '../domain/messages.js';

/** A flow's log, folded. */
export interface Flow {
  state: FlowState;
  /** Of the last entry folded; 0: there is none. */
  sequence: number;
  /** Bytes of the entries folded. */
  bytes: number;
  /** The commands of all entries from this one on are known to be emitted; above the last one: of none. */
  emittedFrom: number;
}

export interface LogEntry {
  sequence: number;
  bytes: number;
  transition: Transition;
}

const CACHED_FLOWS = 5_000;
const CACHED_BYTES = 32 * 1024 * 1024;
/** Readings until one is as new as the leader says the log is. */
const READS = 100;
const ENDED_FLOWS = 50_000;
const ENDED_KEPT = 300_000;

/** Flows' logs: folded, kept between inputs within bounds, rebuilt from the log when they are not. */
@Injectable()
export class FlowStore {
  private readonly cache = new LRUCache<string, Flow>({
    max: CACHED_FLOWS,
    maxSize: CACHED_BYTES,
    sizeCalculation: ({ bytes }) => bytes + 1024,
  });
  private readonly ended: LRUCache<string, true>;

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(COORDINATOR_CONFIG) { retention }: CoordinatorConfig,
  ) {
    // forgotten well before a flow's log is removed, by whichever replica, and its id may begin anew
    this.ended = new LRUCache({ max: ENDED_FLOWS, ttl: Math.max(1, Math.min(ENDED_KEPT, retention.finished / 2)) });
  }

  async get(key: FlowKey): Promise<Flow> {
    return this.cached(key) ?? (await this.load(key));
  }

  cached(key: FlowKey): Flow | undefined {
    return this.cache.get(textOf(key));
  }

  /** A flow whose log is empty. */
  unbegun(): Flow {
    return folded([]);
  }

  /** Folds the log anew. */
  async load(key: FlowKey): Promise<Flow> {
    const { flow } = await this.view(key);
    this.keep(key, flow);
    return flow;
  }

  /** As `load`, proven to be the whole log by the word of the stream's leader. */
  async loadCurrent(key: FlowKey): Promise<{ flow: Flow; entries: LogEntry[] }> {
    const viewed = await this.viewCurrent(key);
    this.keep(key, viewed.flow);
    return viewed;
  }

  /** Whether nothing was appended after what is folded, by the word of the stream's leader; if something was, the flow is dropped. */
  async isCurrent(key: FlowKey, flow: Flow): Promise<boolean> {
    if (flow.state.phase === 'ended') return true;
    const last = await this.bus.last('FLOW', subjects.flow(key.tenant, key.flowId), { from: 'leader' });
    if ((last?.sequence ?? 0) === flow.sequence) return true;
    this.drop(key);
    return false;
  }

  /** A flow for looking at: not kept. */
  async view(key: FlowKey): Promise<{ flow: Flow; entries: LogEntry[] }> {
    const entries = await this.read(key);
    return { flow: folded(entries), entries };
  }

  /** As `view`, proven to be the whole log by the word of the stream's leader. */
  async viewCurrent(key: FlowKey): Promise<{ flow: Flow; entries: LogEntry[] }> {
    for (let tries = 0; tries < READS; tries++) {
      const viewed = await this.view(key);
      if (await this.isCurrent(key, viewed.flow)) return viewed;
    }
    throw new WaggleError('BUS_TIMEOUT', `the log of ${key.flowId} grows faster than it can be read`);
  }

  /** Appends an entry after the last one folded and folds it; false: another has been appended meanwhile. */
  async append(key: FlowKey, flow: Flow, transition: Transition): Promise<boolean> {
    const body = Buffer.from(JSON.stringify(transitionMessage(key, transition)));
    const result = await this.bus.publish(subjects.flow(key.tenant, key.flowId), body, { expect: flow.sequence });
    if (result.status === 'conflict') {
      this.drop(key);
      return false;
    }
    // whoever asks for the id of a flow that ended may begin it anew
    if (flow.sequence === 0) this.ended.delete(textOf(key));
    foldAll(flow, [{ sequence: result.sequence, bytes: body.length, transition }]);
    this.keep(key, flow);
    return true;
  }

  drop(key: FlowKey): void {
    this.cache.delete(textOf(key));
  }

  /** Nothing follows in this flow, and all there was to say about it was said: its state need not be kept. */
  close(key: FlowKey): void {
    this.drop(key);
    this.ended.set(textOf(key), true);
  }

  isClosed(key: FlowKey): boolean {
    return this.ended.has(textOf(key));
  }

  /** Its log was removed: the id may be used again. */
  forget(key: FlowKey): void {
    this.drop(key);
    this.ended.delete(textOf(key));
  }

  private keep(key: FlowKey, flow: Flow): void {
    if (flow.sequence > 0) this.cache.set(textOf(key), flow);
  }

  private async read(key: FlowKey): Promise<LogEntry[]> {
    const messages = await this.bus.read('FLOW', subjects.flow(key.tenant, key.flowId));
    return messages.map(entryOf);
  }
}

const folded = (entries: readonly LogEntry[]): Flow => {
  const flow: Flow = { state: emptyState(), sequence: 0, bytes: 0, emittedFrom: entries.length + 1 };
  foldAll(flow, entries);
  return flow;
};

const foldAll = (flow: Flow, entries: readonly LogEntry[]): void => {
  for (const { sequence, bytes, transition } of entries) {
    flow.state = fold(flow.state, transition);
    flow.sequence = sequence;
    flow.bytes += bytes;
  }
};

/** An entry as it was written; only the coordinator writes here, so what is checked is its version. */
export const entryOf = (message: StoredMessage): LogEntry => {
  const { type, payload } = message.json<AgentMessage<Transition>>();
  if (type !== MESSAGE_TYPES.transition)
    throw new WaggleError('TYPE_UNKNOWN', `${message.subject} holds ${type}, which this coordinator does not know`);
  return { sequence: message.sequence, bytes: message.body.length, transition: payload };
};
