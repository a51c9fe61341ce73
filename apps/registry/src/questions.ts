import { Inject, Injectable } from '@nestjs/common';
import type { Bus, LiveMessage, Subscription } from '@waggle/bus';
import { newId, problem, subjects, type Problem } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { find } from './domain/find.js';
import { readAcquire, readFind, readRelease } from './domain/read-question.js';
import { Reservations } from './domain/reservations.js';
import { describeAgents, statistics } from './domain/statistics.js';
import { Hearing } from './hearing.js';

type Answer = { problems: Problem[] } | object;

/** Answers at `wgm.svc.registry.{find,agents,stats,acquire,release}.<who asks>`. What cannot be answered comes as `{ problems }`. */
@Injectable()
export class Questions {
  private readonly reservations = new Reservations();
  private readonly served: Subscription[] = [];

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly hearing: Hearing,
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    await this.serve('find', (body) => this.find(body));
    await this.serve('agents', () => ({ agents: describeAgents(this.hearing.roster, performance.now()) }));
    await this.serve('stats', () => statistics(this.hearing.roster, performance.now()));
    await this.serve('acquire', (body) => this.acquire(body));
    await this.serve('release', (body) => this.release(body));
  }

  async stop(): Promise<void> {
    await Promise.all(this.served.map((subscription) => subscription.stop()));
  }

  private find(body: Uint8Array): Answer {
    const question = readFind(body);
    if ('problems' in question) return question;
    const now = performance.now();
    return { agents: find(this.hearing.roster, question, { now, taken: (agent) => this.reservations.takenOf(agent, now) }) };
  }

  /** A slot that the asker means to use in a moment. */
  private acquire(body: Uint8Array): Answer {
    const question = readAcquire(body);
    if ('problems' in question) return question;
    const now = performance.now();
    const { agent, ttl } = question;
    const free = this.hearing.roster
      .of(agent)
      .filter((instance) => this.hearing.roster.presence(instance, now) === 'live')
      .reduce((total, { beat }) => total + Math.max(0, beat!.slots - beat!.busy), 0);
    if (free - this.reservations.takenOf(agent, now) <= 0)
      return { problems: [problem('NO_AGENT', `${agent} has no slot free.`, 'agent')] };
    const id = newId();
    this.reservations.acquire(id, { agent, until: now + ttl });
    return { id, agent, ttl };
  }

  private release(body: Uint8Array): Answer {
    const question = readRelease(body);
    return 'problems' in question ? question : { released: this.reservations.release(question.id) };
  }

  private async serve(endpoint: string, answer: (body: Uint8Array) => Answer): Promise<void> {
    const subject = subjects.endpoint(this.bus.me, endpoint, '*');
    this.served.push(await this.bus.subscribe(subject, (message) => this.respond(message, answer), { queue: this.bus.me }));
  }

  private respond(message: LiveMessage, answer: (body: Uint8Array) => Answer): void {
    try {
      message.respond(JSON.stringify(answer(message.body)));
    } catch (error) {
      this.log.error('a question could not be answered', { subject: message.subject, error });
      message.respond(JSON.stringify({ problems: [problem('INTERNAL', 'The question could not be answered.')] }));
    }
  }
}
