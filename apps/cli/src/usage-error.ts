import { ERRORS, WaggleError } from '@waggle/protocol';
import type { Command, CommanderError } from 'commander';

/** Commander's words for a command line without a command (also for help on one that is not there), and for one with an unknown one. */
const NO_COMMAND = 'commander.help';
const UNKNOWN_COMMAND = 'commander.unknownCommand';

const signal = (name: string): string => `Say \`waggle signal ID ${name}\`.`;
const ENDING = 'A mesh runs until Ctrl-C in the terminal of its `waggle up`, or SIGTERM to that process.';
const STATE = '`waggle flows` lists flows, `waggle agents` who is there, and `waggle doctor` says how the mesh is.';

/** What to say instead of commands that others have and people try. */
const INSTEAD = new Map([
  ...['pause', 'resume', 'modify', 'retry', 'cancel', 'notify'].map((name): [string, string] => [name, signal(name)]),
  ['down', ENDING],
  ['stop', ENDING],
  ['logs', 'Each service writes to `logs` in the folder of the mesh (.waggle/logs); `waggle flows ID --history` tells what a flow did.'],
  ['status', STATE],
  ['ps', STATE],
  ['start', 'Say `waggle up`.'],
  ['answer', 'Say `waggle decide ID OPTION`; `waggle escalations` lists what waits.'],
]);

/** The command that a command line names, as far as it names one. */
export const commandOf = (program: Command, argv: readonly string[]): Command => {
  let command = program;
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]!;
    if (word.startsWith('-')) {
      if ([...command.options, ...program.options].some((option) => option.required && [option.short, option.long].includes(word))) at += 1;
      continue;
    }
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    command = next;
  }
  return command;
};

const nameOf = (command: Command): string => (command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`);

const helpOf = (command: Command): string => `See \`${nameOf(command)} --help\`.`;

/** What commander threw while it read the command line of `command`, as an error of ours; help and version are none. */
export const usageError = ({ code, exitCode, message }: CommanderError, command: Command): WaggleError | undefined => {
  if (exitCode === 0) return undefined;
  const names = command.commands.map((each) => each.name()).join(', ');
  if (code === NO_COMMAND) {
    const missing = command.parent === null ? 'a command is missing or unknown' : `${nameOf(command)} goes with one of ${names}`;
    return new WaggleError('BAD_USAGE', missing, { remedy: helpOf(command) });
  }
  const unknown = code === UNKNOWN_COMMAND && command.parent === null ? /'(.*?)'/.exec(message)?.[1] : undefined;
  return new WaggleError('BAD_USAGE', message.replace(/^error: /, ''), { remedy: INSTEAD.get(unknown ?? '') ?? helpOf(command) });
};

/** The error, naming the help of its command where it has nothing better to say. */
export const withHelp = (error: unknown, command: Command): unknown => {
  if (!(error instanceof WaggleError) || error.remedy !== ERRORS.BAD_USAGE.remedy) return error;
  const { message, path, cause } = error;
  return new WaggleError('BAD_USAGE', message, { path, cause, remedy: helpOf(command) });
};
