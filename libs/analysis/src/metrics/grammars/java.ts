import type { Grammar } from '../grammar.js';

const LOOPS = ['for_statement', 'enhanced_for_statement', 'while_statement', 'do_statement'];

export const JAVA: Grammar = {
  functions: ['method_declaration', 'constructor_declaration', 'compact_constructor_declaration', 'lambda_expression'],
  branches: ['if_statement', ...LOOPS, 'catch_clause', 'ternary_expression'],
  cases: ['switch_label'],
  logical: { kinds: ['binary_expression'], operators: ['&&', '||'] },
  nesting: ['if_statement', ...LOOPS, 'switch_expression', 'try_statement', 'try_with_resources_statement', 'synchronized_statement'],
  conditional: { kinds: ['if_statement'], else: 'field' },
  structures: [...LOOPS, 'switch_expression', 'catch_clause', 'ternary_expression'],
  flat: [],
  jumps: ['break_statement', 'continue_statement'],
  parameters: { not: ['line_comment', 'block_comment'], receivers: [] },
  comments: ['line_comment', 'block_comment'],
};
