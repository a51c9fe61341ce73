import type { Grammar } from '../grammar.js';

const LOOPS = ['for_expression', 'while_expression'];

export const RUST: Grammar = {
  functions: ['function_item', 'closure_expression'],
  // `?` leaves the function: a path more
  branches: ['if_expression', ...LOOPS, 'match_arm', 'try_expression'],
  discounts: ['match_expression'],
  optional: { let_declaration: 'alternative', match_pattern: 'condition' },
  logical: { kinds: ['binary_expression'], operators: ['&&', '||'] },
  nesting: ['if_expression', ...LOOPS, 'loop_expression', 'match_expression'],
  conditional: { kinds: ['if_expression'], else: 'clause' },
  structures: [...LOOPS, 'loop_expression', 'match_expression'],
  flat: ['else_clause'],
  jumps: ['break_expression', 'continue_expression'],
  parameters: { not: ['line_comment', 'block_comment', 'self_parameter', 'attribute_item'], receivers: [] },
  comments: ['line_comment', 'block_comment'],
};
