import { Inject, Injectable } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bus, Delivery, Queue } from '@waggle/bus';
import { RETENTION_CONSUMERS, subjects, type AgentMessage, type Outcome, type StreamName } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { COORDINATOR_CONFIG, type CoordinatorConfig } from '../coordinator-config.js';
import { dueAt, isRefusedId, type Sweep } from '../domain/due.js';
import { inParallel } from '../domain/in-parallel.js';
import { FlowStore } from './flow-store.js';

const TAKE = 100;
const WAIT = 30_000;
const WIDTH = 8;
const GATHER = 250;
const AFTER_FAILURE = 1_000;
/** Time at which the broker's queue hands it out again, if it is told a longer one. */
const LONGEST_NAK = 86_400_000;

interface Ended {
  tenant: string;
  owner: string;
  flowId: string;
}

/**
 * Removes what finished flows left, when it is due: two durable queues of outcomes hand each one back until then. Purging
 * again changes nothing, so a crash costs nothing.
 */
@Injectable()
export class Retention {
  private readonly stopping = new AbortController();
  private loops: Promise<void>[] = [];

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(COORDINATOR_CONFIG) private readonly config: CoordinatorConfig,
    private readonly store: FlowStore,
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    for (const sweep of ['grace', 'finished'] as const) {
      const queue = await this.bus.queue('FLOW', RETENTION_CONSUMERS[sweep]);
      this.loops.push(this.run(sweep, queue));
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.loops);
  }

  private async run(sweep: Sweep, queue: Queue): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        const taken = await queue.take(TAKE, { wait: WAIT, signal });
        await inParallel(taken, WIDTH, (delivery) => this.settle(sweep, delivery));
        // nothing here is urgent: many at a time cost less
        await pause(GATHER, undefined, { signal });
      } catch (error) {
        if (signal.aborted) return;
        this.log.warn('retention stopped for a moment', { sweep, error });
        await pause(AFTER_FAILURE, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async settle(sweep: Sweep, delivery: Delivery): Promise<void> {
    const [, tenant, , owner, flowId] = delivery.subject.split('.') as [string, string, string, string, string];
    try {
      const outcome = delivery.json<AgentMessage<Outcome>>().payload;
      const wait = dueAt(sweep, outcome, this.config.retention) - Date.now();
      if (wait > 0) return delivery.nak(Math.min(wait, LONGEST_NAK));
      if (isRefusedId(outcome)) await this.removeAnswer(sweep, { tenant, owner, flowId });
      else await this.remove(sweep, { tenant, owner, flowId });
      delivery.ack();
    } catch (error) {
      this.log.warn('what a finished flow left could not be removed yet', { tenant, flowId, error });
      delivery.nak(AFTER_FAILURE);
    }
  }

  private async remove(sweep: Sweep, ended: Ended): Promise<void> {
    const { tenant, owner, flowId } = ended;
    if (sweep === 'grace') return inParallel(leftovers(ended), WIDTH, ([stream, filter]) => this.bus.purge(stream, filter));
    // the outcome last: it is what this is done by
    await this.bus.purge('FLOW', subjects.flow(tenant, flowId));
    await this.bus.purge('FLOW', subjects.outcome(tenant, owner, flowId));
    this.store.forget({ tenant, flowId });
  }

  /** The flow of that id is another's and stays. */
  private async removeAnswer(sweep: Sweep, { tenant, owner, flowId }: Ended): Promise<void> {
    if (sweep === 'finished') await this.bus.purge('FLOW', subjects.outcome(tenant, owner, flowId));
  }
}

const leftovers = ({ tenant, owner, flowId }: Ended): [StreamName, string][] => [
  ['TASK', subjects.task(tenant, '*', '*', flowId, '*', '*')],
  ['RESULT', subjects.result(tenant, '*', flowId, '*', '*')],
  ['TIMER', subjects.timerAt(tenant, flowId, '*')],
  ['TIMER', subjects.timerDue(tenant, flowId, '*')],
  ['TIMER', subjects.rungAt(tenant, flowId, '*', '*')],
  ['TIMER', subjects.rungDue(tenant, flowId, '*', '*')],
  ['ESCALATION', subjects.ask(tenant, flowId, '*')],
  ['ESCALATION', subjects.answer(tenant, '*', flowId, '*')],
  ['PROGRESS', subjects.abort(tenant, '*', flowId, '*', '*')],
  ['PROGRESS', subjects.start(tenant, '*', flowId, '*', '*')],
  ['PROGRESS', subjects.progress(tenant, '*', flowId, '*')],
  ['PROGRESS', subjects.status(tenant, owner, flowId)],
  ['WAIT', subjects.wait(tenant, '*', '*', flowId)],
];
