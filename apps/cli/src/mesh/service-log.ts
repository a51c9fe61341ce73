import { createWriteStream, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

const LARGEST = 8 * 1024 * 1024;
const SERIOUS = /"level":"(error|fatal)"/;

/** A service's log lines: a file of bounded size (one older one is kept), errors told as they come. */
export class ServiceLog {
  readonly file: string;
  #stream: WriteStream;
  #size = 0;

  constructor(
    folder: string,
    private readonly name: string,
    private readonly onError: (text: string) => void = () => undefined,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.file = join(folder, `${name}.log`);
    this.#stream = this.#open();
  }

  write(text: string): void {
    this.#stream.write(text);
    this.#size += text.length;
    if (this.#size > LARGEST) this.#turn();
    for (const line of text.split('\n')) if (SERIOUS.test(line)) this.#tell(line);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(resolve));
  }

  #tell(line: string): void {
    try {
      const { msg, message = msg } = JSON.parse(line) as { msg?: string; message?: string };
      if (message !== undefined) this.onError(`${this.name}: ${message}`);
    } catch {
      // Not a line of ours: it is in the file.
    }
  }

  #open(): WriteStream {
    this.#size = statSync(this.file, { throwIfNoEntry: false })?.size ?? 0;
    const stream = createWriteStream(this.file, { flags: 'a', mode: 0o600 });
    // A log that cannot be written (a full disk) must not end the mesh.
    stream.on('error', () => undefined);
    return stream;
  }

  #turn(): void {
    this.#stream.end();
    renameSync(this.file, `${this.file}.1`);
    this.#stream = this.#open();
  }
}
