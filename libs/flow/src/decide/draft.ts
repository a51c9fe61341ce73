import { createHash } from 'node:crypto';
import { hostile, INLINE_LIMIT, WaggleError, type BlobRef, type DirectoryOffer } from '@waggle/protocol';
import type { LoadValue } from '../expression/loader.js';
import type { Scope, StepView } from '../expression/scope.js';
import { LIMITS, sizeOf, tooDeep } from '../limits.js';
import { apply } from '../state/apply.js';
import { Pen } from '../state/pen.js';
import type { FlowHead, FlowState, StepState, TaskState } from '../state/state.js';
import type { CompiledFlow, CompiledStep } from '../definition/compile.js';
import type { Answer, Command, Decision, Facts, FlowEvent, Origin } from '../types.js';
import { sharedOf } from '../state/shared-of.js';
import { MustStore, Wants } from './wants.js';

/** Room kept for what must stand at the end of a transition: timer, notice to the parent, outcome. */
const SPARE = 10;
/** About what an event or command weighs beside the values it carries. */
const FRAME = 300;

/** How deep a value may nest that stands in a message, with what stands around it there: readers take `LIMITS.depth` in all. */
const INLINE_DEPTH = LIMITS.depth - 8;
/** Bytes that one character may become in JSON. */
const LONGEST_ESCAPE = 6;

const STATES = {
  pending: 'SUBMITTED',
  open: 'WORKING',
  completed: 'COMPLETED',
  failed: 'FAILED',
  skipped: 'SKIPPED',
  canceled: 'CANCELED',
} as const satisfies Record<StepState['status'], string>;

/**
 * A transition in the making. Events are applied to the state as they are emitted, so that what follows sees them;
 * `rollback` takes all of it back.
 */
export class Draft {
  readonly events: FlowEvent[] = [];
  readonly commands: Command[] = [];
  readonly inputs: Origin[] = [];
  readonly answers: Answer[] = [];
  /** Something was left for the next transition. */
  more = false;
  /** What has ended is taken account of, and nothing begins. */
  reaping = false;
  /** Tasks whose next attempt may begin at once. */
  readonly soon: TaskState[] = [];
  /** The nearest deadline that this transition made. */
  earliest = Infinity;
  /** Tasks given to each agent by this decision: the directory does not know of them yet. */
  readonly given = new Map<string, number>();
  readonly wants = new Wants();
  readonly load: LoadValue;
  private bytes = 0;
  private readonly undo: (() => void)[] = [];
  private readonly pen = new Pen(this.undo);
  private readonly offersOf = new Map<string, readonly DirectoryOffer[]>();

  constructor(
    readonly state: FlowState,
    readonly facts: Facts,
    readonly now: number,
  ) {
    this.load = (ref: BlobRef) => facts.value(ref);
  }

  private longest?: number[];

  /** The longest way from each step to the end, worked out once a decision. */
  ways(make: () => number[]): number[] {
    return this.longest?.length === this.flow.steps.length ? this.longest : (this.longest = make());
  }

  get head(): FlowHead {
    return this.state.head!;
  }

  get flow(): CompiledFlow {
    return this.state.flow!;
  }

  get n(): number {
    return this.state.n + 1;
  }

  /** Nothing more fits: what is left to do goes to the next transition. */
  get full(): boolean {
    return this.commands.length >= LIMITS.commands - SPARE || this.bytes >= LIMITS.transition / 2;
  }

  /** `carries`: the value in it whose size others decide; `size`: its bytes, where they are known. */
  emit(event: FlowEvent, carries?: unknown, size?: number): void {
    apply(this.state, event, this.pen);
    this.events.push(event);
    this.weigh(carries, size);
    if (event.type === 'taskCompleted' || event.type === 'taskFailed' || event.type === 'taskCanceled') this.giveBack(event.taskId);
  }

  /** What a task needed its turn at is another's as soon as it has ended, however it did. */
  private giveBack(taskId: string): void {
    const resources = sharedOf(this.state.tasks.get(taskId)!);
    if (resources.length > 0) this.command({ type: 'unshare', taskId, resources });
  }

  command(command: Command, carries?: unknown): void {
    this.commands.push(command);
    this.weigh(carries);
  }

  private weigh(carries: unknown, size = typeof carries === 'object' || typeof carries === 'string' ? sizeOf(carries) : 0): void {
    this.bytes += FRAME + size;
  }

  frozen(skill: string): boolean {
    return this.facts.frozen?.(skill) ?? false;
  }

  offers(skill: string): readonly DirectoryOffer[] {
    let offers = this.offersOf.get(skill);
    if (!offers) {
      offers = this.facts.directory(skill)?.offers ?? [];
      this.offersOf.set(skill, offers);
    }
    return offers;
  }

  stepOf(task: TaskState): CompiledStep {
    return this.flow.steps[task.step]!;
  }

  /** What the expressions of a step, or of the flow's output, see; `local`: what is known in one place only. */
  scope(local?: Scope['local']): Scope {
    const { state } = this;
    return {
      flowId: state.flowId,
      input: this.head.input ?? null,
      step: (id): StepView | undefined => {
        const compiled = this.flow.byId.get(id);
        const step = compiled && state.steps[compiled.index];
        return step && { state: STATES[step.status], output: step.output ?? null, error: step.fault };
      },
      local,
    };
  }

  /** The value as it may travel, so many times at once: by reference where that is large or deep. Throws MustStore, or MESSAGE_TOO_LARGE. */
  travelling(value: unknown, times = 1): unknown {
    if (typeof value !== 'object' && typeof value !== 'string') return value;
    if (typeof value === 'string' && value.length * LONGEST_ESCAPE * Math.max(1, times) < INLINE_LIMIT) return value;
    const json = JSON.stringify(value);
    const size = Buffer.byteLength(json);
    if (json.includes('"__proto__"') && hostile(value)) throw new WaggleError('EXPRESSION_FAILED', 'a field may not be named __proto__');
    const deep = json.length > INLINE_DEPTH && tooDeep(value, INLINE_DEPTH);
    if (deep && tooDeep(value)) throw new WaggleError('MESSAGE_TOO_LARGE', `a value nests deeper than ${LIMITS.depth} levels`);
    if (size * Math.max(1, times) <= INLINE_LIMIT && !deep) return value;
    if (!this.facts.stored) {
      if (size <= LIMITS.value) return value;
      throw new WaggleError('MESSAGE_TOO_LARGE', `a value of ${size} bytes is too large to travel`);
    }
    const sha256 = createHash('sha256').update(json).digest('hex');
    const ref = this.facts.stored(sha256);
    if (!ref) throw new MustStore({ sha256, json });
    return { $blob: ref };
  }

  decision(): Decision {
    if (this.wants.any) return this.wants.need();
    const answers = this.answers.length > 0 ? { answers: this.answers } : {};
    if (this.events.length === 0) return { kind: 'nothing', ...answers };
    const { n, now: at, inputs, events, commands, more } = this;
    return { kind: 'transition', transition: { n, at, inputs, events, commands, more }, ...answers };
  }

  rollback(): void {
    for (let undo = this.undo.pop(); undo; undo = this.undo.pop()) undo();
  }
}
