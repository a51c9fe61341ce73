import { injectTrace, storeLarge, type Bus } from '@waggle/bus';
import {
  createMessage,
  isToken,
  MESSAGE_TYPES,
  newId,
  problem,
  subjects,
  validatePayload,
  WaggleError,
  type AgentMessage,
  type EscalationDecision,
  type MessageType,
  type Outcome,
  type Signal,
  type SignalName,
  type Submit,
} from '@waggle/protocol';
import { Observable } from 'rxjs';
import { isDeepStrictEqual } from 'node:util';
import { Outcomes, type OutcomeOptions } from './outcomes.js';
import { watchFlow, type FlowUpdate, type WatchOptions } from './watch.js';

export interface ClientOptions {
  tenant: string;
  /** Whose flows it watches: its own by default; an operator may look at anybody's. */
  owner?: string;
}

export interface SubmitOptions {
  /** The flow's id; a new one by default. Choosing it makes submitting again safe. */
  flowId?: string;
  /** The conversation or thread it belongs to. */
  contextId?: string;
  userId?: string;
  /** How many delegations deep; 0 unless it is delegated. */
  hop?: number;
}

export interface DecideOptions {
  /** In whose name; the one the bus signed in as by default. */
  decidedBy?: string;
  rationale?: string;
  /** What the option needs besides. */
  data?: unknown;
}

export interface SignalOptions {
  reason?: string;
  /** What the signal needs, e.g. what `modify` changes. */
  data?: Record<string, unknown>;
  /** The signal's id; a new one by default. Choosing it makes sending again safe. */
  id?: string;
}

/** Submits, watches and signals flows of one tenant, as whoever its bus signed in as. */
export class WaggleClient {
  private readonly bus: Bus;
  private readonly tenant: string;
  private readonly owner: string;
  private readonly outcomes: Outcomes;

  constructor(bus: Bus, options: ClientOptions) {
    this.bus = bus;
    this.tenant = options.tenant;
    this.owner = options.owner ?? bus.me;
    this.outcomes = new Outcomes(bus, options.tenant, this.owner);
  }

  /**
   * Asks for a flow or a single task; resolves when the broker has stored it. The same submission under the same id
   * again changes nothing, and `existed` says so. A large input is stored as a blob. Fails with `INVALID_MESSAGE` (every problem listed),
   * `FLOW_ID_TAKEN` (another submission has that id), `STORAGE_FULL`, `BUS_…`.
   */
  async submit(submission: Submit, options: SubmitOptions = {}): Promise<{ flowId: string; existed: boolean }> {
    const { flowId = newId(), ...envelope } = options;
    requireToken(flowId, 'flowId');
    requireValid(MESSAGE_TYPES.submit, submission);
    const payload = {
      ...submission,
      ...(submission.input !== undefined && { input: await storeLarge(this.bus, this.tenant, submission.input) }),
    };
    const message = createMessage({
      type: MESSAGE_TYPES.submit,
      from: this.bus.me,
      tenant: this.tenant,
      intent: 'request',
      correlationId: flowId,
      ...envelope,
      payload,
    });
    const subject = subjects.submit(this.tenant, this.bus.me, flowId);
    const result = await this.bus.publishOnce('SUBMIT', subject, JSON.stringify(message), { headers: injectTrace() });
    const existed = result.status === 'taken';
    if (existed && !samePayload(result.by.json<AgentMessage>(), message)) {
      throw new WaggleError('FLOW_ID_TAKEN', `Another submission already has the id ${flowId}.`, { path: 'flowId' });
    }
    return { flowId, existed };
  }

  /** The end of a flow of the owner's, `COMPLETED` or not. `TIMED_OUT` when it does not come within `timeout` ms. */
  outcome(flowId: string, options: OutcomeOptions = {}): Promise<Outcome> {
    return this.outcomes.of(flowId, options);
  }

  /** Where the flow is, whenever that changes, and its outcome last. A slow reader misses statuses, never the outcome. */
  watch(flowId: string, options: WatchOptions = {}): AsyncIterable<FlowUpdate> {
    return watchFlow({ bus: this.bus, tenant: this.tenant, owner: this.owner, outcomes: this.outcomes }, flowId, options);
  }

  /** `watch` as an Observable: cold; unsubscribing ends the watching. */
  watch$(flowId: string): Observable<FlowUpdate> {
    return new Observable((subscriber) => {
      const stop = new AbortController();
      const run = async (): Promise<void> => {
        for await (const update of this.watch(flowId, { signal: stop.signal })) subscriber.next(update);
        subscriber.complete();
      };
      run().catch((error: unknown) => subscriber.error(error));
      return () => stop.abort();
    });
  }

  /** Tells a flow something; it counts for one's own flows. Resolves when stored; signals apply in the order stored. */
  async signal(flowId: string, name: SignalName, options: SignalOptions = {}): Promise<{ id: string }> {
    const { id = newId(), ...more } = options;
    requireToken(flowId, 'flowId');
    requireToken(id, 'id');
    const payload: Signal = { signal: name, ...more };
    requireValid(MESSAGE_TYPES.signal, payload);
    const message = createMessage({
      type: MESSAGE_TYPES.signal,
      from: this.bus.me,
      tenant: this.tenant,
      intent: 'command',
      correlationId: flowId,
      payload,
    });
    await this.bus.publishOnce('SUBMIT', subjects.signal(this.tenant, this.bus.me, flowId, id), JSON.stringify(message), {
      headers: injectTrace(),
    });
    return { id };
  }

  /**
   * Answers the question of a flow; of several answers the one stored first counts. Resolves when stored: `first` is false
   * where this name had answered that question before, and what it said then stands.
   */
  async decide(flowId: string, id: string, decision: DecideOptions & { option: string }): Promise<{ first: boolean }> {
    requireToken(flowId, 'flowId');
    const { me } = this.bus;
    const payload: EscalationDecision = { id, decidedBy: me, ...decision };
    requireValid(MESSAGE_TYPES.decision, payload);
    const message = createMessage({
      type: MESSAGE_TYPES.decision,
      from: me,
      tenant: this.tenant,
      intent: 'response',
      correlationId: flowId,
      payload,
    });
    const subject = subjects.answer(this.tenant, me, flowId, id);
    const result = await this.bus.publishOnce('ESCALATION', subject, JSON.stringify(message), { headers: injectTrace() });
    return { first: result.status === 'stored' };
  }

  /** Stops listening; the bus stays open, for it is not the client's own. */
  close(): Promise<void> {
    return this.outcomes.close();
  }
}

const samePayload = (stored: AgentMessage, mine: AgentMessage): boolean =>
  isDeepStrictEqual(stored.payload, JSON.parse(JSON.stringify(mine.payload)));

const requireToken = (text: string, path: string): void => {
  if (isToken(text)) return;
  const wrong = problem('INVALID_MESSAGE', `${path} must be 1 to 64 of A-Z, a-z, 0-9, _ and -.`, path);
  throw new WaggleError('INVALID_MESSAGE', wrong.message, { path, problems: [wrong] });
};

const requireValid = (type: MessageType, payload: object): void => {
  const problems = validatePayload(type, payload);
  if (problems.length > 0) throw new WaggleError('INVALID_MESSAGE', problems.map(({ message }) => message).join(' '), { problems });
};
