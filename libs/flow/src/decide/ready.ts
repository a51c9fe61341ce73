import type { TaskState } from '../state/state.js';
import { begin } from './begin.js';
import type { Draft } from './draft.js';
import { isHeld } from './held.js';
import { isAtWork } from './order.js';
import { wantedAgain } from './wanted.js';

/** What may be at work besides what is: a flow before this one may have begun more than may run at once. */
class Room {
  private readonly inStep = new Map<number, number>();
  private atWork = 0;

  constructor(private readonly draft: Draft) {
    for (const task of draft.state.live) this.take(task);
  }

  has({ step }: TaskState): boolean {
    const { definition, steps } = this.draft.flow;
    const { maxParallel = Infinity, wait, decide } = steps[step]!.definition;
    const isFree = wait !== undefined || decide !== undefined;
    return (this.inStep.get(step) ?? 0) < maxParallel && (isFree || this.atWork < (definition.maxParallelAgents ?? Infinity));
  }

  /** As it stands now: what has begun may have ended at once. */
  take(task: TaskState): void {
    if (task.status === 'ready' || !this.draft.state.live.has(task)) return;
    this.inStep.set(task.step, (this.inStep.get(task.step) ?? 0) + 1);
    if (isAtWork(task)) this.atWork++;
  }
}

/** Begins the next attempt of the tasks that are ready for one, in the order they began, as much as fits. */
export const beginReady = (draft: Draft): void => {
  const { state } = draft;
  if (isHeld(draft) || state.ready.size === 0) return;
  const room = new Room(draft);
  for (const task of [...state.ready].sort((a, b) => a.order - b.order)) {
    if (state.phase !== 'open') return;
    if (draft.full) {
      draft.more = true;
      return;
    }
    if (!room.has(task)) continue;
    begin(draft, wantedAgain(draft, task));
    room.take(task);
  }
};

/** Begins the next attempt of tasks whose last one has just failed and whose pause is none, as much as fits: else the timer has it. */
export const beginSoon = (draft: Draft): void => {
  for (const task of draft.soon.splice(0))
    if (task.status === 'retrying' && task.due <= draft.now && draft.state.phase === 'open' && !draft.full)
      begin(draft, wantedAgain(draft, task));
};
