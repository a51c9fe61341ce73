import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, Delivery } from '@waggle/bus';
import { WaggleClient } from '@waggle/client';
import { parseTaskSubject, PRIORITIES, taskConsumer } from '@waggle/protocol';
import type { Log, Load, Metrics, Presence } from '@waggle/service';
import { Memory } from '../context/memory.js';
import { Shared } from '../context/shared.js';
import { Workspaces } from '../context/workspaces.js';
import type { AgentDefinition } from '../definition/agent-definition.js';
import { Aborts, attemptKey } from './aborts.js';
import { Attempt, type AttemptEnd, type AttemptHost } from './attempt.js';
import { Deadlines } from './deadlines.js';
import { Doubt } from './doubt.js';
import { HeldTasks } from './held-tasks.js';
import { KeptSlots } from './kept-slots.js';
import { Puller } from './puller.js';
import { Settled } from './settled.js';
import { Slots } from './slots.js';

export interface AgentRuntimeOptions {
  bus: Bus;
  definition: AgentDefinition;
  instance: string;
  log: Log;
  metrics: Metrics;
  presence: Presence;
  /** The one tenant it works for; all when left out. */
  tenant?: string;
}

/** Of the ack wait: said that often, an attempt is heard of at a third of it at the latest, and two signs of life may be lost. */
const WORKING_PART = 6;

/**
 * Takes tasks from an agent's four queues and has its skills do them (docs/architecture.md, "An agent's runtime").
 * Result first, then the acknowledgement; the result's subject is the fence, an acknowledgement is none.
 */
export class AgentRuntime {
  private readonly slots: Slots;
  private readonly kept: KeptSlots;
  private readonly held: HeldTasks;
  private readonly aborts: Aborts;
  private readonly running = new Map<string, Attempt>();
  private readonly deadlines = new Deadlines();
  private readonly settled = new Settled();
  private readonly doubt: Doubt;
  private readonly clients = new Map<string, WaggleClient>();
  private readonly opened = new Map<string, Workspaces>();
  private readonly memories = new Map<string, Memory>();
  private readonly sharers = new Map<string, Shared>();
  private readonly ended = { completed: 0, failed: 0, workedMs: 0 };
  private puller?: Puller;
  private host?: AttemptHost;
  private keeper?: NodeJS.Timeout;
  private draining = false;
  private idle: () => void = () => undefined;

  constructor(private readonly options: AgentRuntimeOptions) {
    const { definition, presence, log } = options;
    this.doubt = new Doubt(options.bus);
    this.aborts = new Aborts(this.running, log);
    this.held = new HeldTasks(() => presence.beatSoon());
    this.slots = new Slots(definition.slots, definition.maxWaiting, () => this.puller?.poke());
    this.kept = new KeptSlots(this.slots);
  }

  /** Finds its queues, hears its aborts, shows its card, and takes its first tasks. Fails with `NOT_PROVISIONED` and `BUS_…`. */
  async start(): Promise<void> {
    const { bus, definition, instance, log, presence, tenant } = this.options;
    const queues = await Promise.all(PRIORITIES.map((priority) => bus.queue('TASK', taskConsumer(definition.name, priority))));
    await this.aborts.listen(bus, tenant);
    this.host = {
      bus,
      definition,
      instance,
      log,
      slots: this.slots,
      deadlines: this.deadlines,
      settled: this.settled,
      doubt: this.doubt,
      aborts: this.aborts,
      client: (of) => this.clientOf(of),
      workspaces: (of) => this.workspacesOf(of),
      memory: (of) => this.memoryOf(of),
      shared: (of) => this.sharedOf(of),
    };
    this.keepAlive(Math.floor(Math.min(...queues.map(({ ackWait }) => ackWait)) / WORKING_PART));
    this.describe();
    presence.report(() => this.load());
    this.puller = new Puller({ queues, slots: this.slots, start: (delivery) => void this.take(delivery), log });
    this.puller.start();
  }

  /**
   * Takes nothing more and says so, lets what is at work end for up to `bound` milliseconds, then hands the rest back
   * to the queues. What a handler still does after that does not count.
   */
  async stop(bound: number): Promise<void> {
    this.draining = true;
    this.options.presence.drain();
    const pulling = this.puller?.stop(bound);
    const late = new AbortController();
    await Promise.race([this.allSettled(), sleep(bound, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    for (const attempt of this.running.values()) attempt.handBack();
    await this.allSettled();
    await pulling;
    clearInterval(this.keeper);
    this.doubt.end();
    await this.aborts.stop();
    for (const client of this.clients.values()) await client.close();
  }

  private async take(delivery: Delivery): Promise<void> {
    const address = parseTaskSubject(delivery.subject);
    const key = attemptKey(address);
    const known = this.running.get(key);
    const since = performance.now();
    this.held.add(key, { address, delivery, since });
    this.kept.seen(address.tenant, since);
    if (known !== undefined) {
      known.adopt(delivery);
      this.slots.release();
      return;
    }
    const attempt = new Attempt(this.host!, address, delivery);
    this.running.set(key, attempt);
    if (this.draining) attempt.handBack();
    const end = await attempt.run();
    this.running.delete(key);
    this.held.remove(key);
    this.count(attempt, end);
    if (this.running.size === 0) this.idle();
    if (attempt.handler !== undefined) await attempt.handler;
    this.slots.release();
  }

  /** One timer for all attempts: most are over before a sign of life is due. */
  private keepAlive(every: number): void {
    this.keeper = setInterval(() => {
      const now = performance.now();
      for (const attempt of this.running.values()) attempt.keep(now - every);
      this.kept.look(now);
    }, every);
    this.keeper.unref();
  }

  private count(attempt: Attempt, end: AttemptEnd): void {
    const took = performance.now() - attempt.since;
    if (end === 'completed') this.ended.completed++;
    else if (end === 'failed' || end === 'rejected') this.ended.failed++;
    this.ended.workedMs += took;
    const { metrics } = this.options;
    const skill = attempt.skill ?? 'unknown';
    metrics.counter('waggle_attempts_total', 'Attempts by how they left this instance', ['skill', 'end']).inc({ skill, end });
    metrics.histogram('waggle_attempt_seconds', 'How long attempts took', { labelNames: ['skill'] }).observe({ skill }, took / 1_000);
  }

  private load(): Load {
    const { total, waiting } = this.slots;
    return {
      draining: this.draining,
      slots: total,
      busy: Math.max(0, this.running.size - waiting),
      waiting,
      completed: this.ended.completed,
      failed: this.ended.failed,
      workedMs: Math.round(this.ended.workedMs),
      held: this.held.list(),
    };
  }

  private describe(): void {
    const { description, skills, capabilities, slots, priority } = this.options.definition;
    const cards = [...skills.values()].map(({ card }) => card);
    this.options.presence.describe({ kind: 'agent', description, skills: cards, capabilities, maxConcurrent: slots, priority });
  }

  private allSettled(): Promise<void> {
    if (this.running.size === 0) return Promise.resolve();
    return new Promise((resolve) => (this.idle = resolve));
  }

  private clientOf(tenant: string): WaggleClient {
    const client = this.clients.get(tenant) ?? new WaggleClient(this.options.bus, { tenant });
    this.clients.set(tenant, client);
    return client;
  }

  private workspacesOf(tenant: string): Workspaces {
    const workspaces = this.opened.get(tenant) ?? new Workspaces(this.options.bus, tenant);
    this.opened.set(tenant, workspaces);
    return workspaces;
  }

  private memoryOf(tenant: string): Memory {
    const memory = this.memories.get(tenant) ?? new Memory(this.options.bus, tenant, this.options.log);
    this.memories.set(tenant, memory);
    return memory;
  }

  private sharedOf(tenant: string): Shared {
    const shared = this.sharers.get(tenant) ?? new Shared(this.options.bus, tenant, this.options.metrics);
    this.sharers.set(tenant, shared);
    return shared;
  }
}
