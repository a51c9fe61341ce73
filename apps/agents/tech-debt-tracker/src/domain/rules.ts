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
  cognitive: debt({
    id: 'debt/cognitive-complexity',
    title: 'Function that is hard to follow',
    severity: 'medium',
    why: 'Conditions within loops within conditions must all be kept in mind at once; such code is read wrongly, and changed wrongly.',
    remedy: 'Take the inner levels out as functions with names, turn conditions around and return early.',
  }),
  longFile: debt({
    id: 'debt/long-file',
    title: 'Long file',
    severity: 'low',
    why: 'A file of many hundred lines holds several concepts, and whoever needs one of them has to find it among the others.',
    remedy: 'Look for the second concept in it and give that a file of its own.',
  }),
  deadExport: debt({
    id: 'debt/dead-export',
    title: 'Export that nobody uses',
    severity: 'low',
    why: 'What is exported looks as if others needed it, so it is kept, tested and worked around when things change.',
    remedy: 'Take the `export` away, or what is exported when nothing here uses it either.',
  }),
  importCycle: debt({
    id: 'debt/import-cycle',
    title: 'Modules in a circle',
    severity: 'low',
    why: 'Modules that need each other can only be understood, tested and moved together, and what each finds of the others while they load depends on which came first.',
    remedy: 'Move what both need into a module of its own, or hand it over as a parameter.',
  }),
  untested: debt({
    id: 'debt/untested',
    title: 'Code with branches and no test',
    severity: 'low',
    why: 'Nobody notices when a branch of it stops working.',
    remedy: 'Begin with a test of its most complex function, or with one of whatever calls it.',
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
