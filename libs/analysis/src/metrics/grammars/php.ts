import type { Grammar } from '../grammar.js';

const LOOPS = ['for_statement', 'foreach_statement', 'while_statement', 'do_statement'];

export const PHP: Grammar = {
  functions: ['function_definition', 'method_declaration', 'anonymous_function', 'arrow_function'],
  branches: [
    'if_statement',
    'else_if_clause',
    ...LOOPS,
    'case_statement',
    'catch_clause',
    'conditional_expression',
    'match_conditional_expression',
  ],
  logical: { kinds: ['binary_expression'], operators: ['&&', '||', '??', 'and', 'or'] },
  nesting: ['if_statement', ...LOOPS, 'switch_statement', 'try_statement', 'match_expression'],
  conditional: { kinds: ['if_statement'], else: 'clause' },
  structures: [...LOOPS, 'switch_statement', 'match_expression', 'catch_clause', 'conditional_expression'],
  flat: ['else_if_clause', 'else_clause', 'goto_statement'],
  jumps: [],
  parameters: { not: ['comment'], receivers: [] },
  comments: ['comment'],
};
