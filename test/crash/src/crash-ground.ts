import { agentManifest, type Bus } from '@waggle/bus';
import { emptyState, fold, type Transition } from '@waggle/flow';
import { createMessage, MESSAGE_TYPES, subjects, type AgentMessage, type Outcome } from '@waggle/protocol';
import { eventually, offerSkill, testBroker, type TestBroker } from '@waggle/testkit';
import { FLOW, INPUT, SKILL } from './scenario.js';

const TENANT = 'default';
const OWNER = 'ann';
/** Nanoseconds after which what a dead process held comes again: sooner than in production, for the rounds are many. */
const ACK_WAITS = { 'INPUT/coordinator-0': 200e6, 'TASK/worker-normal': 400e6 };

/** How a flow ended, in all that must not depend on who died: compared as text. */
export interface End {
  outcome: Pick<Outcome, 'state' | 'output' | 'tasks'>;
  /** Everything that happened, but timers, whose number is a matter of time. */
  facts: string[];
  deadLetters: number;
}

/** A real broker, and the flow that is run on it again and again. */
export class CrashGround {
  private constructor(
    readonly broker: TestBroker,
    private readonly see: Bus,
  ) {}

  static async start(): Promise<CrashGround> {
    const broker = await testBroker({ manifests: [agentManifest('worker')], partitions: 1 });
    const see = await broker.busFor('see');
    for (const [queue, ack_wait] of Object.entries(ACK_WAITS)) {
      const [stream, consumer] = queue.split('/') as [string, string];
      const { config } = (await see.request(`$JS.API.CONSUMER.INFO.${stream}.${consumer}`, '')).json<{ config: object }>();
      const body = JSON.stringify({ stream_name: stream, config: { ...config, ack_wait } });
      const changed = await see.request(`$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${consumer}`, body);
      if (changed.json<{ error?: unknown }>().error) throw new Error(`the ack wait of ${consumer} cannot be set: ${changed.text()}`);
    }
    await offerSkill(see, SKILL, [{ agent: 'worker', slots: 64, freeSlots: 64 }]);
    return new CrashGround(broker, see);
  }

  async submit(flowId: string): Promise<void> {
    const message = createMessage({ type: MESSAGE_TYPES.submit, from: OWNER, tenant: TENANT, payload: { definition: FLOW, input: INPUT } });
    await this.see.publishOnce('SUBMIT', subjects.submit(TENANT, OWNER, flowId), JSON.stringify(message));
  }

  /** Whether its outcome is stored. */
  async hasEnded(flowId: string): Promise<boolean> {
    return (await this.see.last('FLOW', subjects.outcome(TENANT, OWNER, flowId))) !== undefined;
  }

  /** The end of a flow, its log checked: no gap, no input twice, a fold that is always the same. */
  async endOf(flowId: string): Promise<End> {
    const stored = await eventually(() => this.see.last('FLOW', subjects.outcome(TENANT, OWNER, flowId)), { timeout: 20_000 });
    const { state, output, tasks } = stored.json<AgentMessage<Outcome>>().payload;
    // what must be said before the outcome is there by now; what is settled after it, in a moment
    await eventually(async () => (await this.see.figures('INPUT')).messages === 0, { timeout: 10_000 });
    const log = (await this.see.read('FLOW', subjects.flow(TENANT, flowId))).map((one) => one.json<AgentMessage<Transition>>().payload);
    check(log, flowId);
    const outcomes = await this.see.read('FLOW', subjects.outcome(TENANT, '*', flowId));
    if (outcomes.length !== 1) throw new Error(`${flowId} has ${outcomes.length} outcomes`);
    const facts = log.flatMap(({ events }) => events.filter(({ type }) => !type.startsWith('timer')).map(factOf));
    const deadLetters = (await this.see.read('DLQ', subjects.dlq(TENANT, '*', flowId, '*'))).length;
    return { outcome: { state, output, tasks }, facts: facts.sort(), deadLetters };
  }
}

const factOf = (event: Transition['events'][number]): string =>
  [event.type, 'taskId' in event ? event.taskId : '', 'attempt' in event ? event.attempt : ''].join(' ');

const check = (log: readonly Transition[], flowId: string): void => {
  const origins = log.flatMap(({ inputs }) => inputs.map(({ stream, sequence }) => `${stream}:${sequence}`));
  if (log.some(({ n }, index) => n !== index + 1)) throw new Error(`the log of ${flowId} has a gap or a fork`);
  if (new Set(origins).size !== origins.length) throw new Error(`an input of ${flowId} was applied twice`);
  if (log.reduce(fold, emptyState()).phase !== 'ended') throw new Error(`the log of ${flowId} has no end`);
};
