import { Argument, type Command } from 'commander';
import type { Registrar } from './command.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

interface Entry {
  name: string;
  summary: string;
  options: string[];
  /** What may stand right after it. */
  inner: string[];
}

const optionsOf = (command: Command): string[] => command.options.map(({ long }) => long).filter((long): long is string => Boolean(long));

const entriesOf = (program: Command): Entry[] =>
  program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    options: [...new Set([command, ...command.commands, program].flatMap(optionsOf))],
    inner: command.commands.map((each) => each.name()),
  }));

/** Right after the command its own commands. */
const innerOf = (inner: string[]): string =>
  inner.length === 0 ? '' : ` [ "$COMP_CWORD" -eq 2 ] && COMPREPLY=($(compgen -W "${inner.join(' ')}" -- "$current"));`;

const bash = (entries: Entry[]): string => `_waggle() {
  local current=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${entries.map(({ name }) => name).join(' ')}" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${entries.map(({ name, options, inner }) => `    ${name})${innerOf(inner)} [[ $current == -* ]] && COMPREPLY=($(compgen -W "${options.join(' ')}" -- "$current")) ;;`).join('\n')}
  esac
}
complete -o default -F _waggle waggle`;

const quoted = (text: string): string => text.replaceAll("'", "'\\''");

const zsh = (entries: Entry[]): string => `#compdef waggle
_waggle() {
  local -a commands
  commands=(
${entries.map(({ name, summary }) => `    '${name}:${quoted(summary).replaceAll(':', '\\:')}'`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  case "$words[2]" in
${entries.map(({ name, options, inner }) => `    ${name}) compadd -- ${[...inner, ...options].join(' ')}; _files ;;`).join('\n')}
  esac
}
compdef _waggle waggle`;

const fish = (entries: Entry[]): string =>
  entries
    .flatMap(({ name, summary, options, inner }) => [
      `complete -c waggle -n __fish_use_subcommand -a ${name} -d '${quoted(summary)}'`,
      ...inner.map((each) => `complete -c waggle -n '__fish_seen_subcommand_from ${name}' -a ${each}`),
      ...options.map((option) => `complete -c waggle -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`),
    ])
    .join('\n');

export const completionScript = (shell: Shell, program: Command): string => {
  const entries = entriesOf(program);
  switch (shell) {
    case 'bash':
      return bash(entries);
    case 'zsh':
      return zsh(entries);
    case 'fish':
      return fish(entries);
  }
};

export const registerCompletion = ({ program, run }: Registrar): void => {
  program
    .command('completion')
    .summary('completion for a shell')
    .description('Prints a script: eval "$(waggle completion bash)", or put it where your shell looks for completions.')
    .addArgument(new Argument('<shell>', 'which').choices(SHELLS))
    .action(
      run(async ({ output }, shell: Shell) =>
        output.result({ shell, script: completionScript(shell, program) }, () => completionScript(shell, program)),
      ),
    );
};
