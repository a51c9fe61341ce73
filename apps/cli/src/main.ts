import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommanderError, type Command } from 'commander';
import type { Action } from './commands/command.js';
import type { Context } from './context.js';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { listenForInterrupts } from './interrupts.js';
import { homeOf, meshFolder } from './mesh/folder.js';
import { Output } from './output/output.js';
import { reportError } from './output/report-error.js';
import { createProgram } from './program.js';
import { commandOf, usageError, withHelp } from './usage-error.js';

export interface MainOptions {
  /** Without the program's own name. */
  argv: string[];
  /** Where Waggle is installed. */
  root: string;
}

interface GlobalOptions {
  json?: boolean;
  quiet?: boolean;
  data?: string;
}

const versionOf = (root: string): string => (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;

const contextOf = (root: string, { json = false, quiet = false, data }: GlobalOptions, interrupted: AbortSignal): Context => {
  const folder = data ?? process.env['WAGGLE_DATA'];
  return {
    root,
    folder: meshFolder(folder ? resolve(folder) : homeOf(root)),
    output: new Output({ json, quiet }),
    env: process.env,
    interrupted,
  };
};

/** Runs one command of the command line and returns its exit code. Never throws: what goes wrong is reported. */
export const main = async ({ argv, root }: MainOptions): Promise<number> => {
  const interrupts = listenForInterrupts();
  let code: number = EXIT.done;
  // Until options are read, a mistake in them is told in the way that was asked for.
  let output = new Output({ json: argv.includes('--json'), quiet: false });
  const run =
    <Args extends unknown[]>(action: Action<Args>) =>
    async (...args: Args): Promise<void> => {
      const context = contextOf(root, (args.at(-1) as Command).optsWithGlobals(), interrupts.signal);
      ({ output } = context);
      code = (await action(context, ...args)) ?? EXIT.done;
    };
  const program = createProgram(versionOf(root), run);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    const command = commandOf(program, argv);
    const told = error instanceof CommanderError ? usageError(error, command) : withHelp(error, command);
    if (told !== undefined) {
      code = interrupts.signal.aborted ? EXIT.interrupted : exitCodeOf(told);
      if (!interrupts.signal.aborted) reportError(output, told);
    }
  } finally {
    interrupts.stop();
  }
  return code;
};
