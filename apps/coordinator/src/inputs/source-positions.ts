import { Injectable } from '@nestjs/common';
import type { Origin } from '@waggle/flow';

/** How far each source of INPUT is known to have come to this process: by INPUT, or read from the source itself. */
@Injectable()
export class SourcePositions {
  private readonly positions = new Map<string, number>();

  of(stream: string): number | undefined {
    return this.positions.get(stream);
  }

  /** An input came. Of a source that is not watched, nothing is kept. */
  copied({ stream, sequence }: Origin): void {
    const position = this.positions.get(stream);
    if (position !== undefined && sequence > position) this.positions.set(stream, sequence);
  }

  watch(stream: string, from: number): void {
    this.positions.set(stream, from);
  }
}
