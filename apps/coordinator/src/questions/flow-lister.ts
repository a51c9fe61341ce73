import { Inject, Injectable } from '@nestjs/common';
import type { Bus, StoredMessage } from '@waggle/bus';
import { END_STATES, subjects, type AgentMessage, type FlowStatus, type Outcome, type State, type StreamName } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import type { ListQuestion } from '../domain/read-question.js';
import { inParallel } from '../domain/in-parallel.js';
import { windows } from '../domain/windows.js';

/** A flow in a list. */
export interface FlowLine {
  flowId: string;
  owner: string;
  state: State;
  workflow?: string;
  fraction: number;
  startedAt: string;
  updatedAt: string;
  /** Nothing of it begins until it is resumed. */
  paused?: true;
}

interface Range {
  stream: StreamName;
  filter: string;
  /** Lines wanted. */
  limit: number;
}

const FIRST_WINDOW = 2_000;
/** Messages looked through for one question. */
const LOOKED_THROUGH = 50_000;
/** Questions to the broker at once. */
const WIDTH = 8;

/** Lists flows, newest first: those at work by their last status, the others by their outcome. */
@Injectable()
export class FlowLister {
  constructor(@Inject(BUS) private readonly bus: Bus) {}

  async list({ tenant, owner, state, limit }: ListQuestion, only?: string): Promise<{ flows: FlowLine[] }> {
    const of = only ?? owner ?? '*';
    if (owner !== undefined && only !== undefined && owner !== only) return { flows: [] };
    const fits = (line: FlowLine): boolean => state === undefined || line.state === state;
    const [ended, known] = await Promise.all([
      this.newest({ stream: 'FLOW', filter: subjects.outcome(tenant, of, '*'), limit }, (message) => keepIf(fits, endedLine(message))),
      this.newest({ stream: 'PROGRESS', filter: subjects.status(tenant, of, '*'), limit }, (message) => keepIf(fits, runningLine(message))),
    ]);
    const flows = new Map<string, FlowLine>();
    // an outcome is the last word
    for (const line of [...known, ...ended]) flows.set(line.flowId, line);
    // who ended a flow may have died before it said so in the flow's status
    await inParallel([...flows.values()].filter(isOpen), WIDTH, async (line) => {
      const outcome = await this.bus.last('FLOW', subjects.outcome(tenant, line.owner, line.flowId));
      if (outcome === undefined) return;
      const last = endedLine(outcome);
      if (fits(last)) flows.set(line.flowId, last);
      else flows.delete(line.flowId);
    });
    return { flows: [...flows.values()].sort((a, b) => b.startedAt.localeCompare(a.startedAt)).slice(0, limit) };
  }

  private async newest({ stream, filter, limit }: Range, read: (message: StoredMessage) => FlowLine | undefined): Promise<FlowLine[]> {
    const { lastSequence } = await this.bus.figures(stream);
    const found: FlowLine[] = [];
    let looked = 0;
    for (const { after, upTo } of windows(lastSequence, FIRST_WINDOW)) {
      const messages = (await this.bus.read(stream, filter, { after, limit: upTo - after })).filter(({ sequence }) => sequence <= upTo);
      looked += messages.length;
      for (const message of messages.reverse()) {
        const line = read(message);
        if (line !== undefined) found.push(line);
      }
      if (found.length >= limit || looked >= LOOKED_THROUGH) break;
    }
    return found.slice(0, limit);
  }
}

const keepIf = (fits: (line: FlowLine) => boolean, line: FlowLine): FlowLine | undefined => (fits(line) ? line : undefined);

const isOpen = ({ state }: FlowLine): boolean => !(END_STATES as readonly string[]).includes(state);

const endedLine = (message: StoredMessage): FlowLine => {
  const { flowId, state, workflow, startedAt, endedAt } = message.json<AgentMessage<Outcome>>().payload;
  return {
    flowId,
    owner: message.subject.split('.')[3]!,
    state,
    ...(workflow !== undefined && { workflow }),
    fraction: 1,
    startedAt,
    updatedAt: endedAt,
  };
};

const runningLine = (message: StoredMessage): FlowLine => {
  const { flowId, state, workflow, fraction, startedAt, updatedAt, paused } = message.json<AgentMessage<FlowStatus>>().payload;
  return {
    flowId,
    owner: message.subject.split('.')[3]!,
    state,
    ...(workflow !== undefined && { workflow }),
    fraction,
    startedAt,
    updatedAt,
    ...(paused === true && { paused }),
  };
};
