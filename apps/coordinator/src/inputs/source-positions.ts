import { Injectable } from '@nestjs/common';
import type { Origin } from '@waggle/flow';
import type { StreamName } from '@waggle/protocol';

/** How far each source of INPUT is known to have come to this process: what came of it last, and so all before it. */
@Injectable()
export class SourcePositions {
  private readonly positions = new Map<string, number>();
  private readonly copied = new Map<string, number>();
  private readonly open = new Map<string, Set<number>>();

  of(stream: string): number {
    return this.positions.get(stream) ?? 0;
  }

  /** How far INPUT has copied it, for sure; what was read from the source itself may be further. */
  copiedOf(stream: string): number {
    return this.copied.get(stream) ?? 0;
  }

  /** An input came. */
  came(origin: Origin): void {
    if (origin.sequence > this.copiedOf(origin.stream)) this.copied.set(origin.stream, origin.sequence);
    this.read(origin);
  }

  /** All up to here was read from the source itself. */
  read({ stream, sequence }: Origin): void {
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
