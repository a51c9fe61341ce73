import { Inject, Injectable } from '@nestjs/common';
import type { Answer, Command, FlowState } from '@waggle/flow';
import type { Bus } from '@waggle/bus';
import { subjects } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import { aboutOf } from '../domain/about.js';
import { derivedId } from '../domain/derived-id.js';
import type { FlowKey } from '../domain/flow-key.js';
import { inParallel } from '../domain/in-parallel.js';
import { answerMessage, FlowMessages } from '../domain/messages.js';
import { Parents } from './parents.js';
import { StatusFeed } from './status-feed.js';
import { Timers } from './timers.js';
import { Waits } from './waits.js';

/** Commands of one transition that are on their way at once. */
const WIDTH = 256;
/** Aborts from which on one purge by pattern is cheaper than one each. */
const MANY_ABORTS = 16;

/** The commands of one log entry, and the state of the flow after it. */
export interface Emission {
  key: FlowKey;
  state: FlowState;
  /** Entry they belong to, its time and its place in the stream. */
  n: number;
  at: number;
  sequence: number;
  commands: readonly Command[];
  /** Said for the first time: the inputs it answers are held until all of it is stored. */
  fresh?: true;
}

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** Says what a transition implies. Each command has a subject of its own: saying it again changes nothing. */
@Injectable()
export class Emitter {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly waits: Waits,
    private readonly parents: Parents,
    private readonly timers: Timers,
    private readonly statuses: StatusFeed,
  ) {}

  /** Resolves when the broker has all of it; the outcome is said last, after all others were acknowledged. */
  async emit(emission: Emission): Promise<void> {
    const { commands } = emission;
    const messages = messagesOf(emission);
    const outcome = commands.find((command) => command.type === 'outcome');
    const others = commands.filter((command) => command.type !== 'outcome');
    const swept = outcome !== undefined && others.filter(({ type }) => type === 'abort').length >= MANY_ABORTS;
    const said = { ...emission, messages, swept };
    await inParallel(others, WIDTH, (command) => this.say(said, command));
    if (swept) await this.bus.purge('TASK', subjects.task(emission.key.tenant, '*', '*', emission.key.flowId, '*', '*'));
    if (outcome === undefined) return this.statuses.changed(emission.key, emission.state);
    await this.end(emission, messages, outcome);
  }

  /** Whether a flow's outcome is out: then nothing about it is said any more. */
  async isOver(key: FlowKey, state: FlowState): Promise<boolean> {
    const subject = subjects.outcome(key.tenant, aboutOf(state).owner, key.flowId);
    return (await this.bus.last('FLOW', subject, { from: 'leader' })) !== undefined;
  }

  async answer(key: FlowKey, { owner, outcome }: Answer): Promise<void> {
    const subject = subjects.outcome(key.tenant, owner, key.flowId);
    await this.bus.publishOnce('FLOW', subject, JSON.stringify(answerMessage(key, owner, outcome)));
  }

  private async end({ key, state }: Emission, messages: FlowMessages, command: CommandOf<'outcome'>): Promise<void> {
    this.timers.moot(key);
    this.statuses.ended(key, state);
    const subject = subjects.outcome(key.tenant, aboutOf(state).owner, key.flowId);
    await this.bus.publishOnce('FLOW', subject, JSON.stringify(messages.outcome(command.outcome)), { headers: messages.headers });
  }

  private async say(emission: Emission & { messages: FlowMessages; swept: boolean }, command: Command): Promise<void> {
    const { key, messages } = emission;
    const { tenant, flowId } = key;
    switch (command.type) {
      case 'dispatch': {
        const subject = subjects.task(tenant, command.agent, command.priority, flowId, command.taskId, command.attempt);
        await this.bus.publishOnce('TASK', subject, JSON.stringify(messages.task(command)), { headers: messages.headers });
        return;
      }
      case 'abort': {
        const { agent, priority, taskId, attempt } = command;
        const told = this.bus.publish(subjects.abort(tenant, agent, flowId, taskId, attempt), JSON.stringify(messages.abort(command)));
        const purged = emission.swept ? undefined : this.bus.purge('TASK', subjects.task(tenant, agent, priority, flowId, taskId, attempt));
        await Promise.all([told, purged]);
        return;
      }
      case 'timer':
        return this.timers.arm(emission, command);
      case 'wait':
        return this.waits.enter(emission, command);
      case 'unwait':
        return this.waits.leave(emission, command);
      case 'share':
      case 'unshare':
        return this.waits.share(emission, command);
      case 'submitChild':
        await this.bus.publishOnce(
          'SUBMIT',
          subjects.submit(tenant, this.bus.me, command.childId),
          JSON.stringify(messages.submit(command)),
          {
            headers: messages.headers,
          },
        );
        return;
      case 'deadLetter': {
        const subject = subjects.dlq(tenant, command.agent, flowId, command.taskId);
        await this.bus.publishOnce('DLQ', subject, JSON.stringify(messages.deadLetter(command)));
        return;
      }
      case 'cancelChild': {
        const id = derivedId('cancel', flowId, command.childId);
        const body = messages.signal('cancel', { flowId: command.childId, reason: 'PARENT_ENDED' });
        await this.bus.publishOnce('SUBMIT', subjects.signal(tenant, this.bus.me, command.childId, id), JSON.stringify(body));
        return;
      }
      case 'notifyParent':
        await this.parents.childEnded(key, command, { sequence: emission.sequence, at: emission.at });
        return;
      case 'ask':
      case 'rung':
      case 'hush':
        return this.waits.ask(emission, command);
      case 'outcome':
        return;
    }
  }
}

const messagesOf = ({ key, state, n, at }: Emission): FlowMessages => new FlowMessages(key, aboutOf(state), n, at);
