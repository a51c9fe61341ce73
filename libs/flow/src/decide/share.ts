import { isErrorCode, isToken, WaggleError } from '@waggle/protocol';
import type { Use } from '../definition/definition.js';
import type { Input } from '../types.js';
import type { Draft } from './draft.js';
import { evaluationFault, faultOf } from './fault.js';
import { scopeOf } from './scope-of.js';
import { failTask } from './fail-task.js';
import type { Wanted } from './wanted.js';
import { endWait } from './wait.js';

/** Who owns what flows share, and tells them when it is their turn. */
export const SESSIONS = 'sessions';

/** How long a sync point waits unless the step says otherwise; the same for all who come, for they must make it in one way. */
const SYNC_TIMEOUT = 3_600_000;

/** What the task needs its turn at next. */
export const nextUse = ({ state }: Draft, { step, taskId }: Wanted): Use | undefined => {
  const holds = state.tasks.get(taskId)?.holds ?? [];
  return step.definition.uses?.find(({ resource }) => !holds.includes(resource));
};

/** Gets in line. No agent has the task meanwhile. */
export const beginUse = (draft: Draft, { step, taskId }: Wanted, { resource: key, slots }: Use): void => {
  const { id: stepId, priority = draft.head.priority } = step.definition;
  draft.emit({ type: 'taskAwaiting', stepId, taskId, until: draft.head.deadline, on: { kind: 'resource', key } });
  draft.command({ type: 'share', taskId, stepId, share: { kind: 'resource', key, slots, priority } });
};

/** Comes to the point, and waits for the others. */
export const beginSync = (draft: Draft, wanted: Wanted): void => {
  const { step, taskId, item } = wanted;
  const { id: stepId, sync, timeout = SYNC_TIMEOUT } = step.definition;
  const { point: key, expect } = sync!;
  let session: unknown = draft.state.flowId;
  try {
    if (sync!.session !== undefined) session = step.session!.render(scopeOf(draft, step, item), draft.load);
    if (!isToken(session)) throw new WaggleError('EXPRESSION_FAILED', `the session of ${stepId} must be 1 to 64 letters, digits, _ or -`);
  } catch (error) {
    return failTask(draft, wanted, { fault: evaluationFault(error) });
  }
  // the point has its own time, kept by the broker
  draft.emit({ type: 'taskAwaiting', stepId, taskId, until: draft.head.deadline, on: { kind: 'sync', key } });
  draft.command({ type: 'share', taskId, stepId, share: { kind: 'sync', key, session, expect, timeout } });
};

/** What is told of a share: `granted` or `complete`, or why it never will be. */
interface Told {
  taskId: string;
  kind: string;
  key: string;
  state: string;
  code?: unknown;
  message?: unknown;
  arrived?: unknown;
}

/** The service tells how a share stands. One that the task does not wait for any more means nothing. */
export const onShared = (draft: Draft, { data }: Extract<Input, { kind: 'signal' }>): void => {
  const told = (data?.data ?? {}) as Partial<Told>;
  const task = draft.state.tasks.get(String(told.taskId));
  const { on } = task ?? {};
  if (task?.status !== 'awaiting' || on === undefined || on.kind === 'time' || on.kind !== told.kind || on.key !== told.key) return;
  if (told.state === 'complete') return endWait(draft, task, { arrived: told.arrived ?? [] });
  if (told.state === 'granted') {
    draft.emit({ type: 'taskGranted', taskId: task.id, resource: on.key });
    return draft.emit({ type: 'taskReady', taskId: task.id });
  }
  const code = isErrorCode(told.code) ? told.code : 'INTERNAL';
  const message = typeof told.message === 'string' ? told.message : `${on.kind} ${on.key} was refused`;
  failTask(draft, { step: draft.stepOf(task), taskId: task.id, item: task.item }, { fault: faultOf(code, message) });
};
