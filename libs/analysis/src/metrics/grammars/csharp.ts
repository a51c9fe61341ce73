import type { Grammar } from '../grammar.js';

const LOOPS = ['for_statement', 'foreach_statement', 'while_statement', 'do_statement'];

export const CSHARP: Grammar = {
  functions: [
    'method_declaration',
    'constructor_declaration',
    'destructor_declaration',
    'operator_declaration',
    'accessor_declaration',
    'local_function_statement',
    'lambda_expression',
    'anonymous_method_expression',
  ],
  branches: ['if_statement', ...LOOPS, 'catch_clause', 'conditional_expression', 'switch_expression_arm'],
  cases: ['switch_section'],
  discounts: ['switch_expression'],
  logical: { kinds: ['binary_expression'], operators: ['&&', '||', '??'] },
  nesting: ['if_statement', ...LOOPS, 'switch_statement', 'try_statement', 'using_statement', 'lock_statement'],
  conditional: { kinds: ['if_statement'], else: 'field' },
  structures: [...LOOPS, 'switch_statement', 'switch_expression', 'catch_clause', 'conditional_expression'],
  flat: ['goto_statement'],
  jumps: [],
  parameters: { not: ['comment'], receivers: [] },
  comments: ['comment'],
};
