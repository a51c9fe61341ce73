/** What the broker holds of a flow, and what is wrong with it. */
import { emptyState, explain, fold } from '@waggle/flow';
import { subjects } from '@waggle/protocol';
import { attemptOf, eventsOf, mistakesIn } from './log-mistakes.ts';
import { TENANT } from './mesh.mjs';

/** The transitions of a flow, in order. */
export const readLog = async (bus, flowId) =>
  (await bus.read('FLOW', subjects.flow(TENANT, flowId))).map((message) => message.json().payload);

/** What a flow that does not end waits for. */
export const whatItWaitsFor = async (bus, flowId) => {
  const log = await readLog(bus, flowId);
  return log.length === 0
    ? 'it has not begun'
    : explain(log.reduce((state, transition) => fold(state, transition), emptyState())).join('; ');
};

const readResults = async (bus, flowId, log) => {
  const agents = new Map(eventsOf(log, 'taskDispatched').map((event) => [attemptOf(event), event.agent]));
  const results = await Promise.all(
    eventsOf(log, 'taskCompleted').map(async (event) => {
      const subject = subjects.result(TENANT, agents.get(attemptOf(event)), flowId, event.taskId, event.attempt);
      return [attemptOf(event), (await bus.last('RESULT', subject))?.sequence];
    }),
  );
  return new Map(results);
};

export const checkLog = async (bus, flowId) => {
  const log = await readLog(bus, flowId);
  const outcomes = (await bus.read('FLOW', subjects.outcome(TENANT, '*', flowId))).map((message) => message.json().payload);
  return mistakesIn({ log, outcomes, results: await readResults(bus, flowId, log) });
};
