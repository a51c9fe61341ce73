import type { Grammar } from '../grammar.js';

const LOOPS = ['for_statement', 'for_in_statement', 'while_statement', 'do_statement'];

export const ECMASCRIPT: Grammar = {
  functions: [
    'function_declaration',
    'function_expression',
    'arrow_function',
    'method_definition',
    'generator_function_declaration',
    'generator_function',
  ],
  branches: ['if_statement', ...LOOPS, 'switch_case', 'catch_clause', 'ternary_expression'],
  logical: { kinds: ['binary_expression'], operators: ['&&', '||', '??'] },
  nesting: ['if_statement', ...LOOPS, 'switch_statement', 'try_statement'],
  conditional: { kinds: ['if_statement'], else: 'clause' },
  structures: [...LOOPS, 'switch_statement', 'catch_clause', 'ternary_expression'],
  flat: ['else_clause'],
  jumps: ['break_statement', 'continue_statement'],
  parameters: { not: ['comment'], receivers: ['this'] },
  comments: ['comment'],
};
