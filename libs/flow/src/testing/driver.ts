import type { DirectoryOffer, TaskResult } from '@waggle/protocol';
import { decide } from '../decide/decide.js';
import { emptyState, type FlowState } from '../state/state.js';
import { fold } from '../state/fold.js';
import type { Answer, Command, Facts, FlowEvent, Input, Submission, Transition } from '../types.js';

type Dispatch = Extract<Command, { type: 'dispatch' }>;
type Rest<K extends Input['kind']> = Omit<Extract<Input, { kind: K }>, 'kind' | 'origin' | 'at'>;

export const offer = (agent: string, more: Partial<DirectoryOffer> = {}): DirectoryOffer => ({
  agent,
  instances: 1,
  slots: 1000,
  freeSlots: 1000,
  priority: 0,
  timeout: 60_000,
  successRate: 1,
  meanMs: 0,
  ...more,
});

/** Drives one flow by hand: a log, a clock and a directory, and everything that `decide` said. */
export class Driver {
  state: FlowState = emptyState();
  log: Transition[] = [];
  answers: Answer[] = [];
  now = 1_700_000_000_000;
  sequence = 0;
  agents: Record<string, DirectoryOffer[]> = {};
  facts: Facts = {
    events: 0,
    directory: (skill) => {
      const offers = this.agents[skill] ?? this.agents['*'];
      return offers ? { skill, offers } : undefined;
    },
    value: () => undefined,
  };

  input<K extends Input['kind']>(kind: K, rest: Rest<K>): Input {
    return { kind, origin: { stream: 'TEST', sequence: ++this.sequence }, at: this.now, ...rest } as unknown as Input;
  }

  /** Decides and folds until quiet; what was decided. */
  give(...inputs: Input[]): Transition[] {
    const made: Transition[] = [];
    let left: Input[] = inputs;
    for (;;) {
      const decision = decide(this.state, left, this.facts);
      this.answers.push(...(decision.answers ?? []));
      if (decision.kind === 'need') throw new Error('a value is needed');
      if (decision.kind === 'nothing') return made;
      // what the log holds is what JSON can
      const transition = JSON.parse(JSON.stringify(decision.transition)) as Transition;
      this.log.push(transition);
      made.push(transition);
      this.state = fold(this.state, transition);
      const done = new Set(transition.inputs.map(({ sequence }) => sequence));
      left = left.filter(({ origin }) => !done.has(origin.sequence));
      if (!transition.more && left.length === 0) return made;
    }
  }

  submit(submission: Submission, more: Partial<Rest<'submit'>> = {}): Transition[] {
    return this.give(this.input('submit', { flowId: 'f1', tenant: 'default', owner: 'ann', messageId: 'm1', hop: 0, submission, ...more }));
  }

  result(task: Pick<Dispatch, 'agent' | 'taskId' | 'attempt'>, result: Partial<TaskResult> = {}): Input {
    const time = new Date(this.now).toISOString();
    const whole: TaskResult = { kind: 'completed', instance: 'i1', startedAt: time, endedAt: time, ...result };
    return this.input('result', { agent: task.agent, taskId: task.taskId, attempt: task.attempt, result: whole });
  }

  /** Lets the armed timer fire at its time. */
  fire(): Transition[] {
    const { armed } = this.state;
    if (!armed) return [];
    this.now = Math.max(this.now, armed.at);
    return this.give(this.input('timer', { n: armed.n }));
  }

  signal(signal: Rest<'signal'>['signal'], more: Partial<Rest<'signal'>> = {}): Transition[] {
    return this.give(this.input('signal', { speaker: 'ann', operator: false, id: `s${this.sequence}`, signal, ...more }));
  }

  events<T extends FlowEvent['type']>(type: T): Extract<FlowEvent, { type: T }>[] {
    return this.log.flatMap(({ events }) => events.filter((each): each is Extract<FlowEvent, { type: T }> => each.type === type));
  }

  commands<T extends Command['type']>(type: T): Extract<Command, { type: T }>[] {
    return this.log.flatMap(({ commands }) => commands.filter((each): each is Extract<Command, { type: T }> => each.type === type));
  }

  dispatched(taskId: string): Dispatch {
    const found = this.commands('dispatch').findLast((each) => each.taskId === taskId);
    if (!found) throw new Error(`${taskId} was not dispatched`);
    return found;
  }

  /** Completes the last attempt of a task. */
  complete(taskId: string, output?: unknown): Transition[] {
    return this.give(this.result(this.dispatched(taskId), { output }));
  }

  fail(taskId: string, code = 'INTERNAL', retryable = true): Transition[] {
    return this.give(this.result(this.dispatched(taskId), { kind: 'failed', error: { code, message: code, retryable } }));
  }
}
