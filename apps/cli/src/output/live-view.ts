import type { Output } from './output.js';

const GAP = 80;
const ESC = '\u001b[';

/** Lines at the bottom of a terminal that are drawn again in place; not more often than the eye can follow. */
export class LiveView {
  #drawn = 0;
  #lines: string[] = [];
  #timer?: NodeJS.Timeout;
  #ended = false;
  readonly #release: () => void;

  constructor(private readonly output: Output) {
    this.#release = output.keepClear(() => this.#clear());
    output.draw(`${ESC}?25l`);
  }

  show(lines: string[]): void {
    this.#lines = lines;
    this.#timer ??= setTimeout(() => this.#draw(), GAP);
  }

  /** Leaves the last lines standing; again changes nothing. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#draw();
    this.#release();
    this.output.draw(`${ESC}?25h`);
  }

  #draw(): void {
    this.#timer = undefined;
    const up = this.#drawn > 0 ? `${ESC}${this.#drawn}F` : '';
    this.output.draw(`${up}${ESC}J${this.#lines.map((line) => `${line}\n`).join('')}`);
    this.#drawn = this.#lines.length;
  }

  #clear(): void {
    if (this.#drawn > 0) this.output.draw(`${ESC}${this.#drawn}F${ESC}J`);
    this.#drawn = 0;
    this.#timer ??= setTimeout(() => this.#draw(), GAP);
  }
}
