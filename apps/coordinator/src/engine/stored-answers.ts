import { Inject, Injectable } from '@nestjs/common';
import type { Bus, StoredMessage } from '@waggle/bus';
import { isApplied, timeOf, unanswered, unaccepted, type Input } from '@waggle/flow';
import { subjects } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import { COORDINATOR_CONFIG, type CoordinatorConfig } from '../coordinator-config.js';
import type { FlowKey } from '../domain/flow-key.js';
import { inParallel } from '../domain/in-parallel.js';
import { readInput } from '../domain/read-input.js';
import type { Flow } from './flow-store.js';
import { readCurrent } from './read-current.js';

const WIDTH = 16;
/** Answers to one question that are looked at. */
const MOST = 100;

/**
 * What is stored already and must count before what arrived: of several answers the one stored first wins, whatever order
 * they are delivered in; a stored answer wins over the default; an offer that was taken does not run out. Proven by the
 * leader's word: a replica that lags knows of neither.
 */
@Injectable()
export class StoredAnswers {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(COORDINATOR_CONFIG) private readonly config: CoordinatorConfig,
  ) {}

  async before(key: FlowKey, flow: Flow, inputs: readonly Input[]): Promise<Input[]> {
    const timed = inputs.some(({ kind }) => kind === 'timer');
    const now = timeOf(flow.state, inputs);
    const answered = inputs.flatMap((input) => (input.kind === 'answer' && flow.state.asks.has(input.id) ? [input.id] : []));
    const asked = new Set([...answered, ...(timed ? unanswered(flow.state, now) : [])]);
    if (asked.size === 0 && !timed) return [];
    const found: Input[] = [];
    await inParallel([...asked], WIDTH, async (id) => void found.push(...(await this.answers(key, flow, id))));
    if (timed) await inParallel(unaccepted(flow.state, now), WIDTH, async (offer) => void found.push(...(await this.taken(key, offer))));
    const known = new Set(inputs.map(({ origin }) => `${origin.stream}:${origin.sequence}`));
    return found.filter(({ origin }) => !known.has(`${origin.stream}:${origin.sequence}`));
  }

  private async answers(key: FlowKey, flow: Flow, id: string): Promise<Input[]> {
    const stored: StoredMessage[] = [];
    for await (const found of readCurrent(this.bus, 'ESCALATION', { filter: subjects.answer(key.tenant, '*', key.flowId, id) })) {
      stored.push(...found.slice(0, MOST - stored.length));
      if (stored.length === MOST) break;
    }
    return stored.flatMap(({ subject, sequence, body, time }) => {
      const origin = { stream: 'ESCALATION', sequence };
      if (isApplied(flow.state, origin) !== undefined) return [];
      const address = { kind: 'answer', partition: 0, ...key, who: subject.split('.')[4]!, id } as const;
      return readInput({ address, origin, body, time }, this.config.operators).input ?? [];
    });
  }

  private async taken(key: FlowKey, offer: { agent: string; taskId: string; attempt: number }): Promise<Input[]> {
    const { agent, taskId, attempt } = offer;
    const started = await this.bus.last('PROGRESS', subjects.start(key.tenant, agent, key.flowId, taskId, attempt), { from: 'leader' });
    if (started === undefined) return [];
    return [{ kind: 'accepted', ...offer, origin: { stream: 'PROGRESS', sequence: started.sequence }, at: started.time.getTime() }];
  }
}
