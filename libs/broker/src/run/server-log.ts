import { createWriteStream, renameSync, statSync, type WriteStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const KEPT_LINES = 60;
const LARGEST = 4 * 1024 * 1024;

type Watch = (line: string) => void;

/** The server's log: a file of bounded size (one older one is kept), its last lines, and whoever waits for a line. */
export class ServerLog {
  readonly #file: string;
  #stream: WriteStream;
  #size = 0;
  #rest = '';
  readonly #decoder = new StringDecoder('utf8');
  readonly #last: string[] = [];
  readonly #watches = new Set<Watch>();

  constructor(file: string) {
    this.#file = file;
    this.#stream = this.#open();
  }

  take(chunk: Buffer): void {
    this.#stream.write(chunk);
    this.#size += chunk.length;
    if (this.#size > LARGEST) this.#turn();
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) {
      this.#last.push(line);
      if (this.#last.length > KEPT_LINES) this.#last.shift();
      for (const watch of this.#watches) watch(line);
    }
  }

  /** Tells of every line to come until the returned function is called. */
  watch(watch: Watch): () => void {
    this.#watches.add(watch);
    return () => this.#watches.delete(watch);
  }

  /** What matters of the last lines: errors where there are some. */
  tail(lines = 6): string {
    const all = this.#rest === '' ? this.#last : [...this.#last, this.#rest];
    const errors = all.filter((line) => /\[(ERR|FTL)\]|panic|nats-server:/.test(line));
    return (errors.length > 0 ? errors : all).slice(-lines).join('\n');
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(resolve));
  }

  #open(): WriteStream {
    this.#size = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
    const stream = createWriteStream(this.#file, { flags: 'a', mode: 0o600 });
    // A log that cannot be written (a full disk) must not end the mesh.
    stream.on('error', () => undefined);
    return stream;
  }

  #turn(): void {
    this.#stream.end();
    renameSync(this.#file, `${this.#file}.1`);
    this.#stream = this.#open();
  }
}
