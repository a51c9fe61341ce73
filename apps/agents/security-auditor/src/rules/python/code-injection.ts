import { FIXED_TEXT_PYTHON, python } from '../define.js';

export const codeInjection = [
  python({
    id: 'security/py-eval',
    title: 'Text run as code',
    severity: 'medium',
    cwe: 95,
    why: 'Whoever can influence the text runs code with all the rights of this process.',
    remedy: 'Use ast.literal_eval or json.loads for data; look operations up in a dict of allowed ones.',
    message: 'A text that is put together at run time is run as code.',
    mentions: /\b(eval|exec)\s*\(/,
    match: {
      rule: {
        any: [{ pattern: 'eval($CODE)' }, { pattern: 'eval($CODE, $$$)' }, { pattern: 'exec($CODE)' }, { pattern: 'exec($CODE, $$$)' }],
      },
      constraints: { CODE: { not: { any: [...FIXED_TEXT_PYTHON.any, { regex: '^compile\\(' }] } } },
    },
    examples: { bad: ['eval(expression)', 'exec(source, namespace)'], good: ["eval('1 + 1')", 'model.eval()', 'ast.literal_eval(text)'] },
  }),
  python({
    id: 'security/py-template-autoescape',
    title: 'Templates that do not escape',
    severity: 'medium',
    cwe: 79,
    why: 'Data in such a template becomes markup, scripts included.',
    remedy: 'Turn autoescape on, or use select_autoescape().',
    message: 'The template environment leaves data as it is.',
    mentions: /autoescape/,
    match: { rule: { kind: 'keyword_argument', regex: '^autoescape\\s*=\\s*False$' } },
    examples: {
      bad: ['Environment(loader=loader, autoescape=False)', 'jinja2.Environment(autoescape = False)'],
      good: ['Environment(autoescape=True)', 'Environment(autoescape=select_autoescape())'],
    },
  }),
];
