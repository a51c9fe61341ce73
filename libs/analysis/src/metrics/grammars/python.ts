import type { Grammar } from '../grammar.js';

const LOOPS = ['for_statement', 'while_statement'];

export const PYTHON: Grammar = {
  functions: ['function_definition', 'lambda'],
  branches: [
    'if_statement',
    'elif_clause',
    ...LOOPS,
    'except_clause',
    'conditional_expression',
    'case_clause',
    'for_in_clause',
    'if_clause',
  ],
  logical: { kinds: ['boolean_operator'], operators: ['and', 'or'] },
  nesting: ['if_statement', ...LOOPS, 'with_statement', 'try_statement', 'match_statement'],
  conditional: { kinds: ['if_statement'], else: 'clause' },
  structures: [...LOOPS, 'except_clause', 'conditional_expression', 'match_statement'],
  flat: ['elif_clause', 'else_clause'],
  jumps: [],
  parameters: { not: ['comment', 'keyword_separator', 'positional_separator'], receivers: ['self', 'cls'] },
  comments: ['comment'],
};
