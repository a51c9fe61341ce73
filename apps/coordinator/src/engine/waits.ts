import { Inject, Injectable } from '@nestjs/common';
import type { Command, ControlCommand } from '@waggle/flow';
import type { Bus } from '@waggle/bus';
import { SHARED, skillOfKey, subjects } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import { derivedId } from '../domain/derived-id.js';
import type { FlowKey } from '../domain/flow-key.js';
import type { FlowMessages } from '../domain/messages.js';
import { Asks, type Asking } from './asks.js';
import { Directory } from './directory.js';
import { EventSignals } from './event-signals.js';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** The log entry that a wait belongs to. */
interface Entry {
  key: FlowKey;
  n: number;
  messages: FlowMessages;
}

/** Who waits for whom: the index of those that wait for a skill or an event, what tasks share, and questions to people. */
@Injectable()
export class Waits {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly directory: Directory,
    private readonly events: EventSignals,
    private readonly asks: Asks,
  ) {}

  /** Stores an entry, and looks again for what came between the append and the entry: it found nobody to wake. */
  async enter(entry: Entry, command: CommandOf<'wait'>): Promise<void> {
    const { tenant, flowId } = entry.key;
    await this.bus.publish(subjects.wait(tenant, command.kind, command.key, flowId), JSON.stringify(entry.messages.wait(command)));
    if (command.kind === 'event') return this.events.since(entry.key, command.key, command.after ?? 0);
    const skill = skillOfKey(command.key);
    if (await this.directory.refresh(skill)) await this.wake(entry, skill);
  }

  /** Removes the entry of this wait, not of a later one for the same. */
  async leave({ key, n }: Entry, command: CommandOf<'unwait'>): Promise<void> {
    const subject = subjects.wait(key.tenant, command.kind, command.key, key.flowId);
    const entry = await this.bus.last('WAIT', subject);
    if (entry === undefined || entry.json<{ payload: { n: number } }>().payload.n >= n) return;
    await this.bus.purge('WAIT', subject, { upTo: entry.sequence });
  }

  /** Asks the sessions for what tasks share, or gives it back: the entry stands until they have read it, whoever is down meanwhile. */
  async share({ key, messages }: Entry, command: CommandOf<'share' | 'unshare'>): Promise<void> {
    const subject = subjects.wait(key.tenant, SHARED, command.taskId, key.flowId);
    await this.bus.publish(subject, JSON.stringify(messages.share(command)));
  }

  /** Asks people, or asks no more. */
  ask(of: Asking, command: ControlCommand): Promise<void> {
    return this.asks.say(of, command);
  }

  private async wake({ key, n, messages }: Entry, skill: string): Promise<void> {
    const id = derivedId('wake', key.flowId, n, skill);
    const body = messages.signal('wake', { flowId: key.flowId, reason: 'SKILL_OFFERED', data: { skill } });
    await this.bus.publishOnce('SUBMIT', subjects.signal(key.tenant, this.bus.me, key.flowId, id), JSON.stringify(body));
  }
}
