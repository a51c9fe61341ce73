import { Inject, Injectable } from '@nestjs/common';
import type { Bus, LiveMessage, Subscription } from '@waggle/bus';
import { codeOf, problem, subjects, type Problem } from '@waggle/protocol';
import { BUS, Log } from '@waggle/service';
import { COORDINATOR_CONFIG, type CoordinatorConfig } from '../coordinator-config.js';
import { readDescribe, readList } from '../domain/read-question.js';
import { FlowDescriber } from './flow-describer.js';
import { FlowLister } from './flow-lister.js';

export type Answered = { problems: Problem[] } | object;

/**
 * Answers about flows, at `wgm.svc.coordinator.{describe,list}.<who asks>`: owners about their own, operators about all.
 * What cannot be answered comes as `{ problems }`.
 */
@Injectable()
export class Questions {
  private served: Subscription[] = [];

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(COORDINATOR_CONFIG) private readonly config: CoordinatorConfig,
    private readonly describer: FlowDescriber,
    private readonly lister: FlowLister,
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    await this.serve('describe', async (asker, body) => {
      const question = readDescribe(body);
      return 'problems' in question ? question : this.describer.describe(question, this.mayAskFor(asker));
    });
    await this.serve('list', async (asker, body) => {
      const question = readList(body);
      return 'problems' in question ? question : this.lister.list(question, this.mayAskFor(asker));
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.served.map((subscription) => subscription.stop()));
  }

  /** The owner whose flows this asker may look at; undefined: everybody's. */
  private mayAskFor(asker: string): string | undefined {
    return this.config.operators.includes(asker) ? undefined : asker;
  }

  private async serve(endpoint: string, answer: (asker: string, body: Uint8Array) => Promise<Answered>): Promise<void> {
    const subject = subjects.endpoint(this.bus.me, endpoint, '*');
    this.served.push(await this.bus.subscribe(subject, (message) => void this.respond(message, answer), { queue: this.bus.me }));
  }

  private async respond(message: LiveMessage, answer: (asker: string, body: Uint8Array) => Promise<Answered>): Promise<void> {
    const asker = message.subject.split('.').at(-1)!;
    try {
      message.respond(JSON.stringify(await answer(asker, message.body)));
    } catch (error) {
      this.log.warn('a question could not be answered', { subject: message.subject, error });
      message.respond(
        JSON.stringify({ problems: [problem(codeOf(error) ?? 'INTERNAL', 'The question could not be answered at the moment.')] }),
      );
    }
  }
}
