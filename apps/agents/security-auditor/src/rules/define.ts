import { ECMASCRIPT, PYTHON, type PatternRule } from '@waggle/analysis';

type Definition = Omit<PatternRule, 'category' | 'languages'>;

/** A security rule for TypeScript and JavaScript. */
export const ecmascript = (rule: Definition): PatternRule => ({ ...rule, category: 'security', languages: ECMASCRIPT });

/** A security rule about JSX, which plain TypeScript does not have. */
export const jsx = (rule: Definition): PatternRule => ({ ...rule, category: 'security', languages: ['tsx', 'javascript'] });

/** A security rule for Python. */
export const python = (rule: Definition): PatternRule => ({ ...rule, category: 'security', languages: PYTHON });

/** A fixed text in TypeScript or JavaScript: what is written there is what runs. */
export const FIXED_TEXT = {
  any: [
    { kind: 'string' },
    { kind: 'number' },
    { kind: 'template_string', not: { has: { kind: 'template_substitution' } } },
    { kind: 'binary_expression', all: [{ has: { field: 'left', kind: 'string' } }, { has: { field: 'right', kind: 'string' } }] },
  ],
};

/** A fixed text in Python. */
export const FIXED_TEXT_PYTHON = {
  any: [
    { kind: 'string', not: { has: { kind: 'interpolation' } } },
    { kind: 'concatenated_string', not: { has: { kind: 'interpolation', stopBy: 'end' as const } } },
    { kind: 'list', not: { has: { not: { kind: 'string' }, regex: '[A-Za-z]' } } },
  ],
};

/** Looking up from a place, the nearest statement is the last that is looked at. */
export const STATEMENT = {
  any: ['lexical_declaration', 'variable_declaration', 'expression_statement', 'return_statement', 'statement_block'].map((kind) => ({
    kind,
  })),
};

/** Looking up from a place, the nearest function with a name is the last that is looked at. */
export const NAMED_FUNCTION = { any: ['function_declaration', 'method_definition', 'class_body'].map((kind) => ({ kind })) };

/** The nearest statement in Python. */
export const STATEMENT_PYTHON = { any: ['assignment', 'return_statement', 'expression_statement', 'block'].map((kind) => ({ kind })) };

/** The nearest function in Python. */
export const FUNCTION_PYTHON = { any: ['function_definition', 'class_definition'].map((kind) => ({ kind })) };
