import { createColors } from 'picocolors';
import { redact } from './redact.js';

type Colors = ReturnType<typeof createColors>;

export interface OutputMode {
  /** One JSON object, or one a line. */
  json: boolean;
  /** Results and errors alone. */
  quiet: boolean;
  /** Where text goes to: by default the terminal. */
  stdout?: NodeJS.WriteStream;
  stderr?: NodeJS.WriteStream;
  env?: NodeJS.ProcessEnv;
}

/** Where everything that a person or program reads goes through. Results on stdout; what happens meanwhile on stderr. */
export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly colors: Colors;
  readonly #stdout: NodeJS.WriteStream;
  readonly #stderr: NodeJS.WriteStream;
  /** What a live region must do before a line is written past it. */
  #beforeNote: () => void = () => undefined;

  constructor({ json, quiet, stdout = process.stdout, stderr = process.stderr, env = process.env }: OutputMode) {
    this.json = json;
    this.quiet = quiet;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.colors = createColors(!json && stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb');
    // A reader that went away (`| head`) is no error of ours.
    for (const stream of [stdout, stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') throw error;
      });
    }
  }

  /** A live view is possible: a terminal that reads text. */
  get live(): boolean {
    return !this.json && !this.quiet && this.#stderr.isTTY === true && process.env['TERM'] !== 'dumb';
  }

  get columns(): number {
    return this.#stderr.columns || 100;
  }

  /** The result: as JSON when asked for, else as the text. */
  result(value: unknown, text: () => string): void {
    const written = this.json ? JSON.stringify(value) : text();
    if (written !== '') this.#stdout.write(`${redact(written)}\n`);
  }

  /** One JSON object of a stream; people read something else. */
  event(value: unknown): void {
    if (this.json) this.#stdout.write(`${redact(JSON.stringify(value))}\n`);
  }

  /** What happens, for people: neither part of the result nor of JSON. */
  note(text: string): void {
    if (this.json || this.quiet) return;
    this.#beforeNote();
    this.#stderr.write(`${redact(text)}\n`);
  }

  /** What went wrong, or may: also when quiet. */
  warn(text: string): void {
    this.#beforeNote();
    this.#stderr.write(`${redact(text)}\n`);
  }

  /** Control sequences and all, for a live view. */
  draw(text: string): void {
    this.#stderr.write(redact(text));
  }

  /** While a live view is shown, lines are written above it. Returns how to end that. */
  keepClear(clear: () => void): () => void {
    this.#beforeNote = clear;
    return () => (this.#beforeNote = () => undefined);
  }
}
