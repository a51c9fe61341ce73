import { FIXED_TEXT_PYTHON, python } from '../define.js';

export const commands = [
  python({
    id: 'security/py-shell-true',
    title: 'Command run through a shell',
    severity: 'high',
    cwe: 78,
    why: 'A shell gives meaning to `;`, `$()` and quotes in whatever is put into the command, so data can become commands.',
    remedy: 'Pass the arguments as a list and leave shell=True out.',
    message: 'A command that is not fixed runs through a shell.',
    mentions: /shell\s*=\s*True/,
    match: {
      rule: {
        any: ['run', 'call', 'check_call', 'check_output', 'Popen'].flatMap((name) => [
          { pattern: `subprocess.${name}($CMD, $$$)` },
          { pattern: `${name}($CMD, $$$)` },
        ]),
        has: { kind: 'keyword_argument', regex: '^shell\\s*=\\s*True$', stopBy: 'end' },
      },
      constraints: { CMD: { not: { any: [...FIXED_TEXT_PYTHON.any, { kind: 'keyword_argument' }] } } },
    },
    examples: {
      bad: [
        'subprocess.run(cmd, shell=True)',
        "check_output('ls ' + path, shell=True)",
        "subprocess.Popen(f'tar xf {name}', stdout=PIPE, shell=True)",
      ],
      good: ["subprocess.run(['ls', path])", "subprocess.run('ls | wc', shell=True)", 'subprocess.run(cmd, shell=False)'],
    },
  }),
  python({
    id: 'security/py-os-system',
    title: 'Shell command put together at run time',
    severity: 'high',
    cwe: 78,
    why: 'A shell gives meaning to `;`, `$()` and quotes in whatever is put into the command, so data can become commands.',
    remedy: 'Use subprocess.run with the arguments as a list.',
    message: 'A shell runs a command that is not fixed.',
    mentions: /os\.(system|popen)/,
    match: {
      rule: { any: [{ pattern: 'os.system($CMD)' }, { pattern: 'os.popen($CMD)' }, { pattern: 'os.popen($CMD, $$$)' }] },
      constraints: { CMD: { not: FIXED_TEXT_PYTHON } },
    },
    examples: {
      bad: ['os.system(command)', "os.popen('du ' + path)", "os.system(f'rm {path}')"],
      good: ["os.system('clear')", 'subprocess.run([command])'],
    },
  }),
];
