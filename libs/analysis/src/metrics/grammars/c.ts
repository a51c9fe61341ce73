import type { Grammar } from '../grammar.js';

const LOOPS = ['for_statement', 'while_statement', 'do_statement'];

export const C: Grammar = {
  functions: ['function_definition'],
  branches: ['if_statement', ...LOOPS, 'conditional_expression'],
  cases: ['case_statement'],
  logical: { kinds: ['binary_expression'], operators: ['&&', '||'] },
  nesting: ['if_statement', ...LOOPS, 'switch_statement'],
  conditional: { kinds: ['if_statement'], else: 'clause' },
  structures: [...LOOPS, 'switch_statement', 'conditional_expression'],
  flat: ['else_clause', 'goto_statement'],
  jumps: [],
  parameters: { not: ['comment', 'void'], receivers: [] },
  comments: ['comment'],
};

export const CPP: Grammar = {
  ...C,
  functions: [...C.functions, 'lambda_expression'],
  branches: [...C.branches, 'for_range_loop', 'catch_clause'],
  nesting: [...C.nesting, 'for_range_loop', 'try_statement'],
  structures: [...C.structures, 'for_range_loop', 'catch_clause'],
};
