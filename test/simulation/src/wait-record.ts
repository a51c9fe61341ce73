import type { FlowEvent } from '@waggle/flow';

type EventOf<T extends FlowEvent['type']> = Extract<FlowEvent, { type: T }>;
type Fail = (invariant: string, what: string) => void;

/** Something that people were asked. */
export interface Question {
  id: string;
  taskId: string;
  stepId: string;
  ask: EventOf<'taskAsked'>['ask'];
  since: number;
  until: number;
  /** `unanswered`: it failed for want of an answer; `dropped`: nobody needs one any more. */
  closed?: { at: number; how: 'answer' | 'default' | 'unanswered' | 'dropped'; option?: string; who?: string };
}

/** What a task waited for that is neither an agent nor a person. */
export interface Waiting {
  taskId: string;
  stepId: string;
  on: EventOf<'taskAwaiting'>['on'];
  since: number;
  until: number;
  /** `by`: the id of the event, where it was one. */
  closed?: { at: number; n: number; how: 'completed' | 'late' | 'dropped'; by?: string };
}

/** Tasks of a flow that no agent has: those that wait for people, times, events and signals. */
export class WaitRecord {
  readonly questions = new Map<string, Question>();
  readonly waits: Waiting[] = [];
  private readonly asking = new Map<string, Question>();
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly fail: Fail) {}

  /** Whether the task is one of them. */
  has(taskId: string): boolean {
    return this.asking.has(taskId) || this.waiting.has(taskId);
  }

  asked({ taskId, stepId, ask, until }: EventOf<'taskAsked'>, at: number): void {
    if (this.questions.has(ask.id)) this.fail('I5', `${ask.id} was asked twice`);
    this.begins(taskId);
    const question: Question = { id: ask.id, taskId, stepId, ask, since: at, until };
    this.questions.set(ask.id, question);
    this.asking.set(taskId, question);
  }

  awaiting({ taskId, stepId, on, until }: EventOf<'taskAwaiting'>, at: number): void {
    this.begins(taskId);
    const waiting: Waiting = { taskId, stepId, on, since: at, until };
    this.waits.push(waiting);
    this.waiting.set(taskId, waiting);
  }

  decided({ taskId, how, decision, who }: EventOf<'taskDecided'>, at: number): Question | undefined {
    const question = this.questions.get(decision.id);
    if (!question || question.closed) {
      this.fail('I5', `${decision.id} of ${taskId} was decided ${question ? 'twice' : 'and never asked'}`);
      return undefined;
    }
    question.closed = { at, how, option: decision.option, ...(who === undefined ? {} : { who }) };
    this.asking.delete(taskId);
    return question;
  }

  completed({ taskId, output }: EventOf<'taskCompleted'>, { at, n }: { at: number; n: number }): Waiting | undefined {
    const waiting = this.waiting.get(taskId);
    if (!waiting) return undefined;
    const { id } = (output ?? {}) as { id?: string };
    waiting.closed = { at, n, how: 'completed', ...(waiting.on.kind === 'event' && id !== undefined ? { by: id } : {}) };
    this.waiting.delete(taskId);
    return waiting;
  }

  /** Nothing came of it; `late`: for nothing came in time. */
  gone(taskId: string, late: boolean, { at, n }: { at: number; n: number }): { question?: Question; waiting?: Waiting } {
    const question = this.asking.get(taskId);
    if (question) question.closed = { at, how: late ? 'unanswered' : 'dropped' };
    const waiting = this.waiting.get(taskId);
    if (waiting) waiting.closed = { at, n, how: late ? 'late' : 'dropped' };
    this.asking.delete(taskId);
    this.waiting.delete(taskId);
    return { ...(question ? { question } : {}), ...(waiting ? { waiting } : {}) };
  }

  get open(): string[] {
    return [...this.asking.keys(), ...this.waiting.keys()];
  }

  private begins(taskId: string): void {
    if (this.has(taskId)) this.fail('I5', `${taskId} waits already`);
  }
}
