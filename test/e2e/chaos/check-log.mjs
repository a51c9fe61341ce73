/** What a flow's log must be, read from the broker itself. */
import { isDeepStrictEqual } from 'node:util';
import { emptyState, fold } from '@waggle/flow';
import { subjects } from '@waggle/protocol';
import { TENANT } from './mesh.mjs';

const twice = (list) => [...new Set(list.filter((each, i) => list.indexOf(each) !== i))];

const foldAll = (transitions) => transitions.reduce((state, transition) => fold(state, transition), emptyState());

/** The transitions of a flow, in order. */
export const readLog = async (bus, flowId) =>
  (await bus.read('FLOW', subjects.flow(TENANT, flowId))).map((message) => message.json().payload);

/**
 * Everything wrong with the log of a flow that ended: gaps, inputs applied twice, attempts counted twice, tasks
 * without an end, more than one end, an outcome that is not the log's, a fold that is not always the same.
 */
export const checkLog = async (bus, flowId) => {
  const log = await readLog(bus, flowId);
  const events = log.flatMap((transition) => transition.events);
  const of = (...types) => events.filter(({ type }) => types.includes(type));
  const attempt = ({ taskId, attempt: n }) => `${taskId}/${n}`;
  const wrong = [];
  const none = (what, list) => {
    if (list.length > 0) wrong.push(`${what}: ${list.slice(0, 5).join(', ')}${list.length > 5 ? ` and ${list.length - 5} more` : ''}`);
  };

  none(
    'a gap in the log before',
    log.filter(({ n }, i) => n !== i + 1).map(({ n }) => n),
  );
  none('inputs applied twice', twice(log.flatMap(({ inputs }) => inputs.map(({ stream, sequence }) => `${stream} ${sequence}`))));
  none('attempts dispatched twice', twice(of('taskDispatched').map(attempt)));
  none('attempts that ended twice', twice(of('taskCompleted', 'attemptFailed').map(attempt)));
  none('tasks completed twice', twice(of('taskCompleted').map(({ taskId }) => taskId)));
  const completed = new Set(of('taskCompleted').map(({ taskId }) => taskId));
  none(
    'tasks without an end',
    [...new Set(of('taskDispatched').map(({ taskId }) => taskId))].filter((task) => !completed.has(task)),
  );

  const ends = of('flowEnded');
  if (ends.length !== 1 || events.at(-1)?.type !== 'flowEnded')
    wrong.push(`${ends.length} ends in the log, the last event is ${events.at(-1)?.type}`);
  const outcomes = await bus.read('FLOW', subjects.outcome(TENANT, '*', flowId));
  if (outcomes.length !== 1) wrong.push(`${outcomes.length} outcomes`);
  else if (!isDeepStrictEqual(outcomes[0].json().payload, ends[0]?.outcome)) wrong.push('the outcome is not what the log says');

  const agents = new Map(of('taskDispatched').map((event) => [attempt(event), event.agent]));
  const applied = new Set(log.flatMap(({ inputs }) => inputs.filter(({ stream }) => stream === 'RESULT').map(({ sequence }) => sequence)));
  const lost = await Promise.all(
    of('taskCompleted').map(async (event) => {
      const subject = subjects.result(TENANT, agents.get(attempt(event)), flowId, event.taskId, event.attempt);
      const result = await bus.last('RESULT', subject);
      return applied.has(result?.sequence) ? [] : [attempt(event)];
    }),
  );
  none('completed by another result than the stored one', lost.flat());

  if (!isDeepStrictEqual(foldAll(log), foldAll(JSON.parse(JSON.stringify(log))))) wrong.push('folded twice, the log gives two states');
  if (foldAll(log).phase !== 'ended') wrong.push(`the log folds to ${foldAll(log).phase}`);
  return wrong;
};
