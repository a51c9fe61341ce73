import type { FlowEvent, Transition } from '@waggle/flow';
import type { Outcome } from '@waggle/protocol';
import { manifest as cli } from '../cli.manifest.js';
import { readFlowLog } from '../history/flow-log.js';
import { listLetters } from './dead-letters.js';
import type { Session } from './session.js';

/** What a flow that did not complete has left behind, beside its errors. */
export interface Aftermath {
  /** Steps that were undone, the last first, and the flow that did it. */
  undone?: { by: string; steps: string[] };
  /** `flowId/taskId` of those that will not be tried again by themselves. */
  deadLetters?: string[];
}

type Of<T extends FlowEvent['type']> = Extract<FlowEvent, { type: T }>;

/** What a log says was undone; undefined where nothing was to be. */
export const undoneOf = (log: readonly Transition[]): Aftermath['undone'] => {
  const events = log.flatMap((transition) => transition.events);
  const begun = events.findLast((event): event is Of<'rollbackBegun'> => event.type === 'rollbackBegun');
  const ended = events.findLast((event): event is Of<'rollbackEnded'> => event.type === 'rollbackEnded');
  if (begun === undefined || ended === undefined) return undefined;
  const failed = new Set(ended.problems.map(({ path }) => path));
  return { by: begun.childId, steps: begun.steps.filter((id) => !failed.has(`steps.${id}.compensate`)) };
};

/** Read where this key may read it: a client's may not. */
export const aftermathOf = async (session: Session, { flowId, state }: Outcome): Promise<Aftermath> => {
  const { bus, tenant, target } = session;
  if ((state !== 'FAILED' && state !== 'CANCELED') || target.me !== cli.name) return {};
  const [letters, log] = await Promise.all([listLetters(session, flowId), readFlowLog(bus, tenant, flowId)]);
  const undone = undoneOf(log);
  return { ...(undone && { undone }), ...(letters.length > 0 && { deadLetters: letters.map(({ id }) => id) }) };
};

const lettersText = ([first, ...more]: string[]): string => {
  const id = more.length === 0 ? first! : first!.split('/')[0]!;
  const which = more.length === 0 ? 'a dead letter was kept' : `${more.length + 1} dead letters were kept`;
  return `${which}: \`waggle dlq show ${id}\` tells all of it, then \`waggle dlq replay ${id}\` tries it again`;
};

/** As lines for people. */
export const aftermathLines = ({ undone, deadLetters }: Aftermath): string[] => {
  const lines: string[] = [];
  if (undone !== undefined)
    lines.push(
      `${undone.steps.length > 0 ? `undone, the last first: ${undone.steps.join(', ')}` : 'nothing was undone'} (by the flow ${undone.by})`,
    );
  if (deadLetters !== undefined) lines.push(lettersText(deadLetters));
  return lines;
};
