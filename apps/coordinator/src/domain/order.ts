import type { Input } from '@waggle/flow';

const rank = ({ kind }: Input): number => (kind === 'submit' ? 0 : kind === 'timer' ? 2 : 1);

/** What arrived together, as it is decided: what begins the flow first, then as it came, then timers, for what is there already comes before a deadline. */
export const inDecisionOrder = (inputs: readonly Input[]): Input[] => [...inputs].sort((a, b) => rank(a) - rank(b));

/** What to decide next: of several submissions of a flow that has not begun, the first alone, for each needs facts of its own. */
export const nextDecision = (pending: readonly Input[], begun: boolean): Input[] => {
  if (begun) return [...pending];
  const first = pending.find(({ kind }) => kind === 'submit');
  return pending.filter((input) => input.kind !== 'submit' || input === first);
};
