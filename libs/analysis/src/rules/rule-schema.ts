import { SEVERITIES } from '@waggle/protocol';
import { CATEGORIES, CONFIDENCES } from '../finding.js';
import { LANGUAGES } from '../source/language.js';
import { FORMAT_NAMES } from './formats.js';

const text = { type: 'string', minLength: 1, maxLength: 2000 };
const pattern = { type: 'string', minLength: 1, maxLength: 4000 };
const tree = { type: 'object', minProperties: 1 };
const codes = { type: 'array', minItems: 2, items: { type: 'string', minLength: 1, maxLength: 20_000 } };
const data = { enum: ['dynamic', 'parameter', 'request'] };

/** The languages of a rule by name; `ecmascript` stands for TypeScript, its JSX form and JavaScript. */
export const RULE_LANGUAGES = ['ecmascript', ...LANGUAGES, ...FORMAT_NAMES];

const shape = (properties: Record<string, unknown>, required: readonly string[]): Record<string, unknown> => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});

/** A rule as it is written in YAML. `readRules` says what else must hold. */
export const RULE_SCHEMA: Record<string, unknown> = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'title', 'languages', 'severity', 'why', 'remedy', 'message', 'examples'],
  properties: {
    id: { type: 'string', pattern: '^[a-z0-9-]+(/[a-z0-9-]+)+$', maxLength: 100 },
    title: text,
    languages: { type: 'array', minItems: 1, items: { enum: RULE_LANGUAGES } },
    severity: { enum: [...SEVERITIES] },
    confidence: { enum: [...CONFIDENCES] },
    category: { enum: [...CATEGORIES] },
    cwe: { type: 'integer', minimum: 1 },
    owasp: { type: 'string', pattern: '^A(0[1-9]|10)$' },
    why: text,
    remedy: text,
    message: text,
    mentions: pattern,
    unless: pattern,
    call: shape(
      {
        name: pattern,
        argument: { type: 'integer', not: { const: 0 } },
        value: pattern,
        not: pattern,
        with: pattern,
        without: pattern,
        near: pattern,
        says: pattern,
        data,
        built: { type: 'boolean' },
      },
      ['name'],
    ),
    tree: shape(
      { rule: tree, constraints: tree, data, of: { type: 'string', pattern: '^[A-Z_][A-Z0-9_]*$' }, built: { type: 'boolean' } },
      ['rule'],
    ),
    text: shape({ pattern, once: { type: 'boolean' } }, ['pattern']),
    pair: shape({ path: pattern, value: pattern, lacks: { type: 'array', minItems: 1, items: { type: 'string' } } }, ['path']),
    examples: shape({ bad: codes, good: codes }, ['bad', 'good']),
  },
};
