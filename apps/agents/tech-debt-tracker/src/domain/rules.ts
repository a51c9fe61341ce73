import type { RuleInfo } from '@waggle/analysis';

const debt = (rule: Omit<RuleInfo, 'category'>): RuleInfo => ({ ...rule, category: 'debt' });

/** Every rule of the tech debt tracker. */
export const RULES = {
  complexity: debt({
    id: 'debt/complexity',
    title: 'Complex function',
    severity: 'medium',
    why: 'Every branch is one more path that must be understood and tested; beyond about fifteen, changes go wrong markedly more often.',
    remedy: 'Take out branches that belong together as functions with names, return early, or put the cases into a table.',
  }),
  longFunction: debt({
    id: 'debt/long-function',
    title: 'Long function',
    severity: 'low',
    why: 'What does not fit on a screen cannot be read as a whole, and usually does more than one thing.',
    remedy: 'Find the steps in it and give each a function with a name.',
  }),
  deepNesting: debt({
    id: 'debt/deep-nesting',
    title: 'Deep nesting',
    severity: 'low',
    why: 'Whoever reads the innermost line has to keep every condition around it in mind.',
    remedy: 'Turn conditions around and return early, or move the inner part into a function.',
  }),
  longParameterList: debt({
    id: 'debt/long-parameter-list',
    title: 'Long parameter list',
    severity: 'low',
    why: 'Callers mix up what stands in which place, and every new need makes the list longer.',
    remedy: 'Pass an object with names, or find the concept that several of the parameters stand for.',
  }),
  todo: debt({
    id: 'debt/todo',
    title: 'Work left undone',
    severity: 'info',
    why: 'A note in the code that something is missing is seen by nobody who plans the work.',
    remedy: 'Do it, or open an issue and name it here, or delete the note.',
  }),
  duplication: debt({
    id: 'debt/duplication',
    title: 'Duplicated code',
    severity: 'low',
    why: 'A mistake in one copy is mended there and stays in the others.',
    remedy: 'Move what is common to one place and call it from both.',
  }),
} as const;
