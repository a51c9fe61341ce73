import type { FlowRecord } from './flow-record.js';
import type { Simulation } from './simulation.js';

type Fail = (invariant: string, flowId: string, what: string) => void;

/** At the end: what a flow did was taken back once, the last first, and all of it unless the outcome says what was not. */
export const checkUndone = ({ undone }: Simulation, { flowId, undo, ended }: FlowRecord, fail: Fail): void => {
  if (undo.childId === undefined) return;
  const did = (undone.get(undo.childId) ?? []).map(({ of }) => of);
  if (new Set(did).size < did.length) return fail('I6', flowId, `taken back twice: ${did.join(', ')}`);
  const wanted = undo.order.flatMap(({ tasks }) => tasks);
  const inOrder = wanted.filter((taskId) => did.includes(taskId));
  if (JSON.stringify(did) !== JSON.stringify(inOrder))
    return fail('I6', flowId, `taken back as ${did.join(', ')}, which must be ${inOrder.join(', ')}`);
  const excused = ended?.outcome.errors?.some(({ code }) => code === 'COMPENSATION_FAILED') ?? false;
  if (ended && !excused && did.length < wanted.length) fail('I9', flowId, `of ${wanted.join(', ')} only ${did.join(', ')} was taken back`);
};
