import { ecmascript, FIXED_TEXT } from '../define.js';

export const commands = [
  ecmascript({
    id: 'security/shell-command',
    title: 'Shell command put together at run time',
    severity: 'high',
    cwe: 78,
    why: 'A shell gives meaning to `;`, `$()` and quotes in whatever is put into the command, so data can become commands.',
    remedy: 'Use execFile or spawn with the arguments as a list.',
    message: 'A shell runs a command that is not fixed.',
    mentions: /child_process|execa|shelljs/,
    match: {
      rule: {
        any: [
          { pattern: 'exec($CMD)' },
          { pattern: 'exec($CMD, $$$)' },
          { pattern: 'execSync($CMD)' },
          { pattern: 'execSync($CMD, $$$)' },
          { pattern: '$CP.exec($CMD)' },
          { pattern: '$CP.exec($CMD, $$$)' },
          { pattern: '$CP.execSync($CMD)' },
          { pattern: '$CP.execSync($CMD, $$$)' },
        ],
      },
      constraints: {
        CMD: {
          any: [
            { kind: 'template_string', has: { kind: 'template_substitution' } },
            { kind: 'binary_expression', has: { any: [{ kind: 'string' }, { kind: 'template_string' }, { kind: 'binary_expression' }] } },
            { kind: 'call_expression', regex: '\\.join\\(|\\.concat\\(' },
          ],
          not: FIXED_TEXT,
        },
        CP: { regex: '^(cp|child_?[pP]rocess|childProc|proc|shell|shelljs|require\\(.*\\))$' },
      },
    },
    examples: {
      bad: [
        "import { exec } from 'node:child_process';\nexec(`git log ${ref}`);",
        "const cp = require('child_process');\ncp.execSync('rm -rf ' + dir, { stdio: 'inherit' });",
        "const { exec } = require('child_process');\nexec(['ls', dir].join(' '), done);",
      ],
      good: [
        "import { exec } from 'node:child_process';\nexec('git status');",
        "import cp from 'child_process';\nconst m = pattern.exec(`a ${text}`);",
        "import { execFile } from 'node:child_process';\nexecFile('git', ['log', ref]);",
      ],
    },
  }),
  ecmascript({
    id: 'security/spawn-shell',
    title: 'Process started through a shell',
    severity: 'medium',
    cwe: 78,
    why: 'With `shell: true` the arguments are joined and read by a shell: a space or `;` in one of them changes the command.',
    remedy: 'Leave `shell` out; on Windows name the `.cmd` file and check its arguments.',
    message: 'The arguments pass through a shell.',
    mentions: /shell\s*:\s*true/,
    match: {
      rule: {
        any: [
          { pattern: 'spawn($CMD, $$$, { $$$, shell: true, $$$ })' },
          { pattern: 'spawn($CMD, $$$ARGS)' },
          { pattern: '$CP.spawn($CMD, $$$ARGS)' },
          { pattern: 'spawnSync($CMD, $$$ARGS)' },
          { pattern: '$CP.spawnSync($CMD, $$$ARGS)' },
          { pattern: 'execFile($CMD, $$$ARGS)' },
        ],
        has: { kind: 'pair', regex: '^shell\\s*:\\s*true$', stopBy: 'end' },
      },
    },
    examples: {
      bad: ['spawn(command, args, { shell: true });', "cp.spawnSync('npm', ['run', name], { stdio: 'inherit', shell: true });"],
      good: ['spawn(command, args);', "spawn('npm', ['ci'], { shell: false });", 'const options = { shell: true };'],
    },
  }),
];
