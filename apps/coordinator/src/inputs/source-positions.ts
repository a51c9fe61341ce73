import { Injectable } from '@nestjs/common';
import type { Origin } from '@waggle/flow';
import type { StreamName } from '@waggle/protocol';

/** How far each source of INPUT is known to have come to this process: what came of it last, and so all before it. */
@Injectable()
export class SourcePositions {
  private readonly positions = new Map<string, number>();
  private readonly open = new Map<string, Set<number>>();

  of(stream: string): number {
    return this.positions.get(stream) ?? 0;
  }

  /** An input came. */
  came({ stream, sequence }: Origin): void {
    if (sequence > this.of(stream)) this.positions.set(stream, sequence);
    this.open.get(stream)?.delete(sequence);
  }

  /** Inputs that are to be read from their source as long as they have not come, the longest waiting first. */
  openOf(stream: StreamName): Set<number> {
    const open = this.open.get(stream) ?? new Set();
    this.open.set(stream, open);
    return open;
  }
}
