import type { Input } from '@waggle/flow';

const RANKS: Partial<Record<Input['kind'], number>> = { submit: 0, answer: 1, accepted: 3, timer: 4 };
const rank = ({ kind }: Input): number => RANKS[kind] ?? 2;

/** Answers among themselves as they were stored: the first one wins. */
const stored = (a: Input, b: Input): number => (a.kind === 'answer' ? a.origin.sequence - b.origin.sequence : 0);

/** What arrived together, as it is decided: what begins the flow first, then answers, then as it came, then what says that an offer was taken, for a result says it too or refuses it, then timers, for what is there already comes before a deadline. */
export const inDecisionOrder = (inputs: readonly Input[]): Input[] => [...inputs].sort((a, b) => rank(a) - rank(b) || stored(a, b));

/** What to decide next: of several submissions of a flow that has not begun, the first alone, for each needs facts of its own. */
export const nextDecision = (pending: readonly Input[], begun: boolean): Input[] => {
  if (begun) return [...pending];
  const first = pending.find(({ kind }) => kind === 'submit');
  return pending.filter((input) => input.kind !== 'submit' || input === first);
};
