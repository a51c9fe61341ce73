import { readThroughBreaks, type Bus, type Subscription } from '@waggle/bus';
import {
  END_STATES,
  MESSAGE_TYPES,
  subjects,
  type AgentMessage,
  type EndState,
  type FlowStatus,
  type TaskProgress,
} from '@waggle/protocol';
import { payloadOf } from './payload-of.js';

/** Which flows: those of a conversation or thread, of a user, of an owner; all that may be heard where nothing is said. */
export interface ManyFilter {
  contextId?: string;
  userId?: string;
  owner?: string;
}

export interface WatchManyOptions {
  /** Ends the watching; the flows go on. */
  signal?: AbortSignal;
  /** What agents say of single tasks as well: an operator's right. */
  progress?: boolean;
  /** Those that an earlier watching of the same flows showed, elsewhere: how they ended is told as well. */
  shown?: ShownFlows;
}

/** Whose flow it is. */
export interface FlowNames {
  flowId: string;
  owner: string;
  contextId?: string;
  userId?: string;
}

/** News of one of several flows. */
export type ManyUpdate =
  | ({ kind: 'status'; status: FlowStatus } & FlowNames)
  | { kind: 'progress'; flowId: string; taskId: string; agent: string; progress: TaskProgress };

/** Flows remembered: of more than that the oldest news is dropped. */
const MOST = 10_000;

const isOver = ({ state }: FlowStatus): boolean => END_STATES.includes(state as EndState);

const isAbout = ({ contextId, userId }: ManyFilter, message: Pick<AgentMessage, 'contextId' | 'userId'>): boolean =>
  (contextId === undefined || message.contextId === contextId) && (userId === undefined || message.userId === userId);

/** The newest of each thing that has not been taken yet: a slow watcher skips, and nothing piles up. */
class Newest {
  private readonly waiting = new Map<string, ManyUpdate>();
  private wake: () => void = () => undefined;
  private ended = false;
  private error?: Error;

  get over(): boolean {
    return this.ended;
  }

  put(key: string, update: ManyUpdate): void {
    this.waiting.set(key, update);
    for (const oldest of this.waiting.keys()) {
      if (this.waiting.size <= MOST) break;
      this.waiting.delete(oldest);
    }
    this.wake();
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  fail(error: unknown): void {
    this.error = error instanceof Error ? error : new Error(String(error));
    this.end();
  }

  async *taken(): AsyncGenerator<ManyUpdate> {
    while (!this.ended) {
      for (const [key, update] of this.waiting) {
        this.waiting.delete(key);
        yield update;
      }
      if (!this.ended && this.waiting.size === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    }
    if (this.error !== undefined) throw this.error;
  }
}

interface Shown {
  version: number;
  over: boolean;
  /** What counted its versions may be another mesh: whatever differs is news. */
  doubted?: true;
}

const isNews = (known: Shown, { version, over }: Shown): boolean => {
  if (known.doubted) return version !== known.version || over !== known.over;
  // a broker that lost its power may have forgotten some: then a flow ends by a lower count
  return version > known.version || (over && !known.over);
};

/** How flows were shown last, the longest unheard forgotten first. */
export class ShownFlows {
  private readonly flows = new Map<string, Shown>();

  /** From now on they are heard of elsewhere. */
  again(): void {
    for (const shown of this.flows.values()) shown.doubted = true;
  }

  has(flowId: string): boolean {
    return this.flows.has(flowId);
  }

  /** False: as new a one was shown already. */
  note(flowId: string, status: FlowStatus): boolean {
    const shown = { version: status.version, over: isOver(status) };
    const known = this.flows.get(flowId);
    if (known !== undefined && !isNews(known, shown)) return false;
    this.flows.delete(flowId);
    this.flows.set(flowId, shown);
    for (const oldest of this.flows.keys()) {
      if (this.flows.size <= MOST) break;
      this.flows.delete(oldest);
    }
    return true;
  }
}

/**
 * Where several flows are, as often as that changes: first what is known of those at work (of a thread or user also of
 * those that have ended), then live; how one ended that was shown is told in any case. Each is throttled where it comes
 * from, to five a second. Ends when the signal aborts. Needs the right to hear and read the status of the owner's flows.
 */
export async function* watchMany(
  { bus, tenant }: { bus: Bus; tenant: string },
  filter: ManyFilter = {},
  { signal, progress = false, shown = new ShownFlows() }: WatchManyOptions = {},
): AsyncGenerator<ManyUpdate> {
  const newest = new Newest();
  shown.again();
  const everything = filter.contextId === undefined && filter.userId === undefined;
  const heard = ({ subject, message, live }: { subject: string; message: { json<T>(): T }; live: boolean }): void => {
    try {
      const envelope = message.json<AgentMessage<FlowStatus>>();
      if (!isAbout(filter, envelope)) return;
      const status = payloadOf(MESSAGE_TYPES.status, message);
      const [owner, flowId] = subject.split('.').slice(-2) as [string, string];
      if (!live && everything && isOver(status) && !shown.has(flowId)) return;
      if (!shown.note(flowId, status)) return;
      const { contextId, userId } = envelope;
      newest.put(flowId, {
        kind: 'status',
        status,
        flowId,
        owner,
        ...(contextId !== undefined && { contextId }),
        ...(userId !== undefined && { userId }),
      });
    } catch {
      // whoever wrote that is no coordinator of ours: the others' news goes on
    }
  };
  const told = (message: { subject: string; json<T>(): T }): void => {
    const [agent, flowId, taskId] = message.subject.split('.').slice(-3) as [string, string, string];
    if (!shown.has(flowId)) return;
    try {
      const said = payloadOf(MESSAGE_TYPES.progress, message);
      newest.put(`${flowId}/${taskId}`, { kind: 'progress', flowId, taskId, agent, progress: said });
    } catch {
      // as above
    }
  };
  const subject = subjects.status(tenant, filter.owner ?? '*', '*');
  const subscriptions: Subscription[] = [];
  const stop = (): void => newest.end();
  signal?.addEventListener('abort', stop, { once: true });
  const join = async (): Promise<void> => {
    for (const stored of await bus.read('PROGRESS', subject, { lastPerSubject: true }))
      heard({ subject: stored.subject, message: stored, live: false });
  };
  let stopReading = (): void => undefined;
  try {
    subscriptions.push(await bus.subscribe(subject, (message) => heard({ subject: message.subject, message, live: true })));
    if (progress) subscriptions.push(await bus.subscribe(subjects.progressFeed(tenant, '*', '*', '*'), told));
    stopReading = await readThroughBreaks(bus, join, { wanted: () => !newest.over, failed: (error) => newest.fail(error) });
    if (signal?.aborted) return;
    yield* newest.taken();
  } finally {
    newest.end();
    signal?.removeEventListener('abort', stop);
    stopReading();
    await Promise.all(subscriptions.map((subscription) => subscription.stop()));
  }
}
