import { ecmascript, FIXED_TEXT } from '../define.js';

export const codeInjection = [
  ecmascript({
    id: 'security/eval',
    title: 'Text run as code',
    severity: 'high',
    cwe: 95,
    why: 'Whoever can influence the text runs code with all the rights of this process.',
    remedy: 'Parse data with JSON.parse; look operations up in an object of allowed ones.',
    message: '`eval` runs a text that is put together at run time.',
    mentions: /\beval\b/,
    match: {
      rule: { any: [{ pattern: 'eval($CODE)' }, { pattern: 'globalThis.eval($CODE)' }, { pattern: 'window.eval($CODE)' }] },
      constraints: { CODE: { not: FIXED_TEXT } },
    },
    examples: {
      bad: ['eval(input);', 'const x = eval("(" + body + ")");'],
      good: ['eval("1 + 1");', 'model.eval(input);', '// eval(input)\nparse(input);'],
    },
  }),
  ecmascript({
    id: 'security/new-function',
    title: 'Text compiled to a function',
    severity: 'medium',
    cwe: 95,
    why: 'The constructor of functions runs text as code, just as `eval` does.',
    remedy: 'Write the function out, or choose among functions that are written out.',
    message: 'A function is made of a text that is put together at run time.',
    mentions: /\bFunction\s*\(/,
    match: {
      rule: {
        any: [
          { kind: 'new_expression', has: { field: 'constructor', regex: '^Function$' } },
          { kind: 'call_expression', has: { field: 'function', regex: '^Function$' } },
        ],
        has: { field: 'arguments', has: { nthChild: { position: 1, reverse: true }, not: FIXED_TEXT } },
      },
    },
    examples: {
      bad: ['const f = new Function("a", body);', 'new Function(source)();'],
      good: ['new Function("return this")();', 'const f = function (a) { return a; };'],
    },
  }),
  ecmascript({
    id: 'security/timer-string',
    title: 'Timer given text',
    severity: 'medium',
    cwe: 95,
    why: 'A timer that is given text runs it as code.',
    remedy: 'Give it a function.',
    message: 'The timer runs a text as code.',
    mentions: /\bset(Timeout|Interval)\b/,
    match: {
      rule: { any: [{ pattern: 'setTimeout($CODE, $$$)' }, { pattern: 'setInterval($CODE, $$$)' }, { pattern: 'setTimeout($CODE)' }] },
      constraints: {
        CODE: { any: [{ kind: 'string' }, { kind: 'template_string' }, { kind: 'binary_expression', has: { kind: 'string' } }] },
      },
    },
    examples: {
      bad: ['setTimeout("tick()", 10);', 'setInterval("run(" + id + ")", 1000);'],
      good: ['setTimeout(tick, 10);', 'setInterval(() => run("a"), 1000);'],
    },
  }),
  ecmascript({
    id: 'security/vm-run',
    title: 'Text run in a `vm` context',
    severity: 'medium',
    cwe: 94,
    why: 'The module `vm` is no sandbox: code in it can reach the outer process.',
    remedy: 'Run code of others in a process of its own with few rights.',
    message: 'Code that is not fixed runs through `vm`, which does not confine it.',
    mentions: /\bvm\b/,
    match: {
      rule: {
        any: ['vm.runInNewContext', 'vm.runInThisContext', 'vm.runInContext', 'new vm.Script'].flatMap((name) => [
          { pattern: `${name}($CODE)` },
          { pattern: `${name}($CODE, $$$)` },
        ]),
      },
      constraints: { CODE: { not: FIXED_TEXT } },
    },
    examples: {
      bad: ['vm.runInNewContext(code, {});', 'const s = new vm.Script(source);'],
      good: ['vm.runInNewContext("gc");', 'vm.createContext(globals);'],
    },
  }),
];
