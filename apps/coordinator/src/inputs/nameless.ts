import { Injectable } from '@nestjs/common';
import { isoTime, isToken, namelessInput, problem, type NamelessInput } from '@waggle/protocol';
import { Log } from '@waggle/service';
import { Emitter } from '../engine/emitter.js';
import { Refusals } from '../engine/refusals.js';
import { settleBy, type Unsettled } from './settle-by.js';

/** Of an id that is none: longer ones are in nobody's subjects. */
const LONGEST_ANSWERED = 256;
const SHOWN = 200;
/** Milliseconds from one line of the log to the next: whoever sends one of these may send many. */
const SAY_EVERY = 60_000;

/**
 * Inputs with an id that is no name. No flow can have it, but the broker stores them: who asks for a flow by one is answered
 * under it, where that is a subject, and of all others there is a line in the audit.
 */
@Injectable()
export class Nameless {
  private unsaid = 0;
  private notBefore = -Infinity;

  constructor(
    private readonly emitter: Emitter,
    private readonly refusals: Refusals,
    private readonly log: Log,
  ) {}

  /** Settles the arrival when what there is to say is stored. `subject`: INPUT's; `time`: the broker's. */
  settle(subject: string, time: Date, arrival: Unsettled): void {
    this.say(subject);
    const input = namelessInput(subject);
    if (input === undefined) return arrival.done();
    settleBy(arrival, this.refuse(input, time), (delay, error) =>
      this.log.warn('an input without a name could not be refused: it comes again', { kind: input.kind, delay, error }),
    );
  }

  private refuse({ tenant, kind, speaker, id }: NamelessInput, time: Date): Promise<void> {
    if (kind === 'submit' && isAnswerable(id))
      return this.emitter.answer({ tenant, flowId: id }, { owner: speaker, outcome: rejected(id, time) });
    const reason = `INVALID_MESSAGE ${kind === 'event' ? 'type' : isToken(id) ? 'id' : 'correlationId'}`;
    return this.refusals.record(tenant, { kind, actor: speaker, action: kind, object: id.slice(0, SHOWN), reason });
  }

  private say(subject: string): void {
    this.unsaid++;
    if (performance.now() < this.notBefore) return;
    this.notBefore = performance.now() + SAY_EVERY;
    this.log.warn('inputs whose ids are no names', { count: this.unsaid, newest: subject.slice(0, SHOWN) });
    this.unsaid = 0;
  }
}

/** Whether it may be published on: a pattern would be everybody's. */
const isAnswerable = (id: string): boolean => id.length <= LONGEST_ANSWERED && /^[^\s\p{Cc}.*>]+$/u.test(id);

/** Made of recorded facts alone: said again, it is the same. */
const rejected = (flowId: string, time: Date) => {
  const at = isoTime(time.getTime());
  const errors = [problem('INVALID_MESSAGE', 'A flow id is 1 to 64 letters, digits, - and _.', 'correlationId')];
  const tasks = { completed: 0, failed: 0, canceled: 0, skipped: 0, attempts: 0 };
  return { flowId, state: 'REJECTED' as const, errors, startedAt: at, endedAt: at, tasks, cost: 0 };
};
