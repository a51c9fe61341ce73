import type { Command } from 'commander';
import type { Context } from '../context.js';
import type { ExitCode } from '../exit-codes.js';

/** What a command does: its exit code, 0 when it says nothing. What it throws is reported, and decides the code. */
export type Action<Args extends unknown[]> = (context: Context, ...args: Args) => Promise<ExitCode | void>;

/** Ties commands to the shell that runs them. */
export interface Registrar {
  program: Command;
  /** Wraps an action for commander, which calls it with the arguments, then the options. */
  run: <Args extends unknown[]>(action: Action<Args>) => (...args: Args) => Promise<void>;
}
