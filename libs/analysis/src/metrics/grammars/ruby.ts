import type { Grammar } from '../grammar.js';

const LOOPS = ['while', 'until', 'for', 'while_modifier', 'until_modifier'];
const MODIFIERS = ['if_modifier', 'unless_modifier'];

export const RUBY: Grammar = {
  functions: ['method', 'singleton_method'],
  branches: ['if', 'unless', 'elsif', ...MODIFIERS, ...LOOPS, 'when', 'in_clause', 'rescue', 'rescue_modifier', 'conditional'],
  logical: { kinds: ['binary'], operators: ['&&', '||', 'and', 'or'] },
  nesting: ['if', 'unless', 'while', 'until', 'for', 'case', 'case_match', 'begin'],
  conditional: { kinds: ['if', 'unless'], else: 'clause' },
  structures: [...LOOPS, ...MODIFIERS, 'case', 'case_match', 'rescue', 'rescue_modifier', 'conditional'],
  flat: ['elsif', 'else'],
  jumps: [],
  parameters: { not: ['comment'], receivers: [] },
  comments: ['comment'],
};
