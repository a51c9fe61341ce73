import { Injectable } from '@nestjs/common';
import type { Origin } from '@waggle/flow';

/** How far each source of INPUT is known to have come to this process: what came of it last, and so all before it. */
@Injectable()
export class SourcePositions {
  private readonly positions = new Map<string, number>();

  of(stream: string): number {
    return this.positions.get(stream) ?? 0;
  }

  /** An input came. */
  came({ stream, sequence }: Origin): void {
    if (sequence > this.of(stream)) this.positions.set(stream, sequence);
  }
}
