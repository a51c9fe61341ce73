import type { Grammar } from '../grammar.js';

const SWITCHES = ['expression_switch_statement', 'type_switch_statement', 'select_statement'];

export const GO: Grammar = {
  functions: ['function_declaration', 'method_declaration', 'func_literal'],
  branches: ['if_statement', 'for_statement', 'expression_case', 'type_case', 'communication_case'],
  logical: { kinds: ['binary_expression'], operators: ['&&', '||'] },
  nesting: ['if_statement', 'for_statement', ...SWITCHES],
  conditional: { kinds: ['if_statement'], else: 'field' },
  structures: ['for_statement', ...SWITCHES],
  flat: ['goto_statement'],
  jumps: ['break_statement', 'continue_statement'],
  parameters: { not: ['comment'], receivers: [] },
  comments: ['comment'],
};
