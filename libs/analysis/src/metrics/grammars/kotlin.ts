import type { Grammar } from '../grammar.js';

const LOOPS = ['for_statement', 'while_statement', 'do_while_statement'];

export const KOTLIN: Grammar = {
  functions: ['function_declaration', 'secondary_constructor', 'anonymous_function', 'lambda_literal'],
  branches: ['if_expression', ...LOOPS, 'catch_block'],
  cases: ['when_entry'],
  logical: { kinds: [], operators: [], always: ['conjunction_expression', 'disjunction_expression', 'elvis_expression'] },
  nesting: ['if_expression', ...LOOPS, 'when_expression', 'try_expression'],
  conditional: { kinds: ['if_expression'], else: 'token' },
  structures: [...LOOPS, 'when_expression', 'catch_block'],
  flat: [],
  jumps: [],
  parameters: { not: ['line_comment', 'multiline_comment', 'parameter_modifiers'], receivers: [], list: 'function_value_parameters' },
  comments: ['line_comment', 'multiline_comment'],
};
